package io.vitrail.text.tokenizer.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A part of a template that has a value, as Jinja 3.1 computes it. Immutable. */
sealed interface Expression {
    /** The value; counts as one step. */
    Object value(Scope scope);

    /** Whether the value counts as true. */
    default boolean isTrue(Scope scope) {
        return Values.isTrue(value(scope));
    }

    /** A literal. */
    record Constant(Object constant) implements Expression {
        @Override
        public Object value(Scope scope) {
            scope.budget().spend(1);
            return constant;
        }
    }

    /** A variable, or a function that every template has. */
    record Name(String name) implements Expression {
        @Override
        public Object value(Scope scope) {
            scope.budget().spend(1);
            return scope.get(name);
        }
    }

    /** [a, b], or a tuple. */
    record ListOf(List<Expression> items) implements Expression {
        @Override
        public Object value(Scope scope) {
            List<Object> values = new ArrayList<>(items.size());
            items.forEach(item -> values.add(item.value(scope)));
            return values;
        }
    }

    /** {a: b}. */
    record DictOf(List<Expression> keys, List<Expression> values) implements Expression {
        @Override
        public Object value(Scope scope) {
            Map<Object, Object> dict = new LinkedHashMap<>();
            for (int i = 0; i < keys.size(); i++) {
                Object key = keys.get(i).value(scope);
                if (key instanceof List<?> || key instanceof Map<?, ?>) {
                    throw new TemplateError("%s can't be a key", Values.kind(key));
                }
                dict.put(key, values.get(i).value(scope));
            }
            return dict;
        }
    }

    /** a.b, which looks for methods first, and a['b'], which looks for elements first. */
    record Element(Expression of, Expression key, boolean attribute) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Access.element(of.value(scope), key.value(scope), attribute);
        }
    }

    /** a[from:to:step]. */
    record Slice(Expression of, Optional<Expression> from, Optional<Expression> to, Optional<Expression> step)
            implements Expression {
        @Override
        public Object value(Scope scope) {
            return Access.slice(of.value(scope), bound(from, scope), bound(to, scope), bound(step, scope), scope);
        }

        private static Object bound(Optional<Expression> bound, Scope scope) {
            return bound.map(expression -> expression.value(scope)).orElse(None.NONE);
        }
    }

    /** A call of a function, method or macro. */
    record Call(Expression of, List<Expression> positional, Map<String, Expression> named) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object function = of.value(scope);
            if (!(function instanceof Callable callable)) {
                throw new TemplateError("%s can't be called", Values.kind(function));
            }
            return callable.call(arguments(positional, named, scope), scope);
        }

        static Arguments arguments(List<Expression> positional, Map<String, Expression> named, Scope scope) {
            Map<String, Object> values = new LinkedHashMap<>();
            named.forEach((name, expression) -> values.put(name, expression.value(scope)));
            return new Arguments(
                    positional.stream().map(argument -> argument.value(scope)).toList(), values);
        }
    }

    /** a | filter. */
    record Filtered(Expression of, Filter filter, List<Expression> positional, Map<String, Expression> named)
            implements Expression {
        @Override
        public Object value(Scope scope) {
            Object value = of.value(scope);
            scope.budget().spend(1);
            return filter.apply(value, Call.arguments(positional, named, scope), scope);
        }
    }

    /** a is test. */
    record Tested(Expression of, ValueTest test, List<Expression> positional) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object value = of.value(scope);
            scope.budget().spend(1);
            return test.holds(value, Call.arguments(positional, Map.of(), scope), scope);
        }
    }

    /** not a. */
    record Not(Expression of) implements Expression {
        @Override
        public Object value(Scope scope) {
            return !of.isTrue(scope);
        }
    }

    /** -a. */
    record Negative(Expression of) implements Expression {
        @Override
        public Object value(Scope scope) {
            return Arithmetic.SUBTRACT.of(0L, of.value(scope));
        }
    }

    /** a and b: the first that is false, or the last. */
    record And(Expression left, Expression right) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object value = left.value(scope);
            return Values.isTrue(value) ? right.value(scope) : value;
        }
    }

    /** a or b: the first that is true, or the last. */
    record Or(Expression left, Expression right) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object value = left.value(scope);
            return Values.isTrue(value) ? value : right.value(scope);
        }
    }

    /** a if condition else b; undefined without a second. */
    record Choice(Expression condition, Expression yes, Optional<Expression> no) implements Expression {
        @Override
        public Object value(Scope scope) {
            if (condition.isTrue(scope)) {
                return yes.value(scope);
            }
            return no.isPresent() ? no.get().value(scope) : new Undefined("the inline if without else");
        }
    }

    /** A chain such as a &lt; b &lt;= c. */
    record Compared(Expression first, List<String> operators, List<Expression> others) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object left = first.value(scope);
            for (int i = 0; i < operators.size(); i++) {
                Object right = others.get(i).value(scope);
                if (!holds(left, operators.get(i), right, scope.budget())) {
                    return false;
                }
                left = right;
            }
            return true;
        }

        private static boolean holds(Object left, String operator, Object right, Budget budget) {
            return switch (operator) {
                case "==" -> Values.equal(left, right, budget);
                case "!=" -> !Values.equal(left, right, budget);
                case "<" -> Values.compare(left, right) < 0;
                case "<=" -> Values.compare(left, right) <= 0;
                case ">" -> Values.compare(left, right) > 0;
                case ">=" -> Values.compare(left, right) >= 0;
                case "in" -> Values.contains(right, left, budget);
                case "not in" -> !Values.contains(right, left, budget);
                default -> throw new IllegalStateException("No comparison: " + operator);
            };
        }
    }

    /** Arithmetic, and joining by + and ~. */
    record Combined(Expression left, String operator, Expression right) implements Expression {
        @Override
        public Object value(Scope scope) {
            Object a = left.value(scope);
            Object b = right.value(scope);
            Budget budget = scope.budget();
            return switch (operator) {
                case "~" -> Values.add(Values.text(a, budget), Values.text(b, budget), budget);
                case "+" -> Values.add(a, b, budget);
                case "*" -> Values.multiply(a, b, budget);
                case "-" -> Arithmetic.SUBTRACT.of(a, b);
                case "/" -> Arithmetic.DIVIDE.of(a, b);
                case "//" -> Arithmetic.FLOOR_DIVIDE.of(a, b);
                case "%" -> Arithmetic.MODULO.of(a, b);
                case "**" -> Arithmetic.POWER.of(a, b);
                default -> throw new IllegalStateException("No operator: " + operator);
            };
        }
    }
}
