package io.vitrail.text.tokenizer.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A part of a template that writes or sets something. Immutable. */
sealed interface Statement {
    /** How the statement ended, for the loops around it. */
    enum Flow {
        NEXT,
        CONTINUE,
        BREAK
    }

    Flow run(Scope scope);

    /** Runs statements in order, until one leaves. */
    static Flow run(List<Statement> body, Scope scope) {
        for (Statement statement : body) {
            scope.budget().spend(1);
            Flow flow = statement.run(scope);
            if (flow != Flow.NEXT) {
                return flow;
            }
        }
        return Flow.NEXT;
    }

    /** Text as it stands. */
    record Text(String text) implements Statement {
        @Override
        public Flow run(Scope scope) {
            scope.write(text);
            return Flow.NEXT;
        }
    }

    /** {{ a }}. */
    record Print(Expression of, int line) implements Statement {
        @Override
        public Flow run(Scope scope) {
            Line.at(line, () -> scope.write(Values.text(of.value(scope), scope.budget())));
            return Flow.NEXT;
        }
    }

    /** {% if %}, with what stands behind elif in {@code otherwise}. */
    record If(Expression condition, List<Statement> body, List<Statement> otherwise, int line) implements Statement {
        @Override
        public Flow run(Scope scope) {
            boolean[] holds = {false};
            Line.at(line, () -> holds[0] = condition.isTrue(scope));
            return Statement.run(holds[0] ? body : otherwise, scope);
        }
    }

    /** {% for %}. */
    record For(
            List<String> targets,
            Expression items,
            Optional<Expression> condition,
            List<Statement> body,
            List<Statement> otherwise,
            int line)
            implements Statement {
        @Override
        public Flow run(Scope scope) {
            List<Object> chosen = new ArrayList<>();
            Line.at(line, () -> choose(scope, chosen));
            for (int i = 0; i < chosen.size(); i++) {
                Scope inner = scope.inner();
                assign(targets, chosen.get(i), inner);
                inner.set("loop", Loop.of(chosen, i));
                if (Statement.run(body, inner) == Flow.BREAK) {
                    return Flow.NEXT;
                }
            }
            return chosen.isEmpty() ? Statement.run(otherwise, scope) : Flow.NEXT;
        }

        private void choose(Scope scope, List<Object> chosen) {
            for (Object item : Values.items(items.value(scope))) {
                scope.budget().spend(1);
                Scope inner = scope.inner();
                assign(targets, item, inner);
                if (condition.isEmpty() || condition.get().isTrue(inner)) {
                    chosen.add(item);
                }
            }
        }
    }

    /** {% set %} of one name or several. */
    record SetValue(List<String> targets, Expression of, int line) implements Statement {
        @Override
        public Flow run(Scope scope) {
            Line.at(line, () -> assign(targets, of.value(scope), scope));
            return Flow.NEXT;
        }
    }

    /** {% set namespace.name %}. */
    record SetAttribute(String namespace, String name, Expression of, int line) implements Statement {
        @Override
        public Flow run(Scope scope) {
            Line.at(line, () -> {
                if (!(scope.get(namespace) instanceof Namespace target)) {
                    throw new TemplateError("'%s' is no namespace, so that '%s' can't be set", namespace, name);
                }
                target.set(name, of.value(scope));
            });
            return Flow.NEXT;
        }
    }

    /** {% set name %}…{% endset %}. */
    record SetText(String name, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope) {
            Scope inner = scope.capturing();
            Flow flow = Statement.run(body, inner);
            scope.set(name, inner.written());
            return flow;
        }
    }

    /** {% macro %}. */
    record Macro(String name, List<String> parameters, List<Optional<Expression>> defaults, List<Statement> body)
            implements Statement {
        @Override
        public Flow run(Scope scope) {
            scope.set(name, (Callable) (arguments, caller) -> call(arguments, scope));
            return Flow.NEXT;
        }

        private String call(Arguments arguments, Scope around) {
            around.budget().enter();
            Scope inner = around.capturing();
            for (int i = 0; i < parameters.size(); i++) {
                Object given = arguments.get(i, parameters.get(i), null);
                Object value = given != null
                        ? given
                        : defaults.get(i)
                                .map(expression -> expression.value(inner))
                                .orElse(new Undefined(parameters.get(i)));
                inner.set(parameters.get(i), value);
            }
            Statement.run(body, inner);
            around.budget().leave();
            return inner.written();
        }
    }

    /** {% filter %}…{% endfilter %}. */
    record FilterBlock(Filter filter, List<Statement> body) implements Statement {
        @Override
        public Flow run(Scope scope) {
            Scope inner = scope.capturing();
            Flow flow = Statement.run(body, inner);
            scope.write(Values.text(filter.apply(inner.written(), Arguments.NONE, scope), scope.budget()));
            return flow;
        }
    }

    /** {% break %} and {% continue %}. */
    record Leave(Flow flow) implements Statement {
        @Override
        public Flow run(Scope scope) {
            return flow;
        }
    }

    /** Gives one name the value, or each of several its element. */
    static void assign(List<String> targets, Object value, Scope scope) {
        if (targets.size() == 1) {
            scope.set(targets.get(0), value);
            return;
        }
        List<?> elements = Values.items(value);
        if (elements.size() != targets.size()) {
            throw new TemplateError("%d values can't be given to %d names", elements.size(), targets.size());
        }
        for (int i = 0; i < targets.size(); i++) {
            scope.set(targets.get(i), elements.get(i));
        }
    }

    /** What a loop knows about itself. */
    final class Loop {
        private Loop() {}

        static Map<Object, Object> of(List<Object> items, int index) {
            long size = items.size();
            Map<Object, Object> loop = new LinkedHashMap<>();
            loop.put("index", index + 1L);
            loop.put("index0", (long) index);
            loop.put("revindex", size - index);
            loop.put("revindex0", size - index - 1);
            loop.put("first", index == 0);
            loop.put("last", index == size - 1);
            loop.put("length", size);
            loop.put("previtem", index > 0 ? items.get(index - 1) : new Undefined("loop.previtem"));
            loop.put("nextitem", index < size - 1 ? items.get(index + 1) : new Undefined("loop.nextitem"));
            loop.put("cycle", (Callable) (arguments, scope) -> arguments
                    .positional()
                    .get(index % Math.max(arguments.positional().size(), 1)));
            return loop;
        }
    }
}
