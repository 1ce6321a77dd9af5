package io.vitrail.text.tokenizer.template;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Variables, those of what lies around included, and the rendering's budget and output. Not thread-safe. */
final class Scope {
    private final Map<String, Object> variables = new HashMap<>();
    private final Optional<Scope> outer;
    private final Budget budget;
    private final StringBuilder out;

    private Scope(Optional<Scope> outer, Budget budget, StringBuilder out) {
        this.outer = outer;
        this.budget = budget;
        this.out = out;
    }

    static Scope root() {
        return new Scope(Optional.empty(), new Budget(), new StringBuilder());
    }

    /** Within this one; what it sets ends with it. */
    Scope inner() {
        return new Scope(Optional.of(this), budget, out);
    }

    /** Within this one, with an output of its own. */
    Scope capturing() {
        return new Scope(Optional.of(this), budget, new StringBuilder());
    }

    Object get(String name) {
        for (Scope scope = this; ; scope = scope.outer.get()) {
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
            if (scope.outer.isEmpty()) {
                return new Undefined(name);
            }
        }
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }

    void write(String text) {
        budget.spend(text.length());
        out.append(text);
    }

    String written() {
        return out.toString();
    }

    Budget budget() {
        return budget;
    }
}
