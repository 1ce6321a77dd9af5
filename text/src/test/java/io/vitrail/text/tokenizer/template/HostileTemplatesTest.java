package io.vitrail.text.tokenizer.template;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Templates from strangers end, soon, and reach nothing. */
class HostileTemplatesTest {
    private static void render(String source) {
        ChatTemplate.parse(source, Map.of()).render(List.of(ChatMessage.user("hi")), false);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% for a in range(99999999) %}{% endfor %}",
                "{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}",
                "{{ 'x' * 999999999 }}",
                "{{ 'x' * 9223372036854775807 }}",
                "{% set ns = namespace(x='ab') %}{% for i in range(99) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{"
                        + " ns.x }}",
                "{% set ns = namespace(x=[1]) %}{% for i in range(9999) %}{% set ns.x = [ns.x] %}{% endfor %}{{ ns.x |"
                        + " tojson }}",
                "{% set ns = namespace(x='a') %}{% for i in range(30) %}{% set ns.x = ns.x.replace('a', 'aa') %}{%"
                        + " endfor %}",
                "{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
                "{{ [1] | tojson(indent=2000000000) }}",
                "{{ 'a\\nb' | indent(2000000000) }}"
            })
    void refusesToDoTooMuch(String source) {
        assertThatThrownBy(() -> render(source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The chat template fails: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{{ messages.append(1) }}",
                "{{ ''.__class__.__mro__ }}",
                "{{ messages.__init__.__globals__ }}",
                "{{ nothing.at.all }}",
                "{{ 1 / 0 }}",
                "{{ 9223372036854775807 + 1 }}",
                "{{ 1 + 'a' }}",
                "{{ 'a' < 1 }}",
                "{{ messages() }}",
                "{{ [] | min }}",
                "{% for a, b in [1] %}{% endfor %}",
                "{% set messages.x = 1 %}"
            })
    void refusesWhatValuesDoNotHave(String source) {
        assertThatThrownBy(() -> render(source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The chat template fails: line 1: ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% include 'file' %}",
                "{% import 'file' as f %}",
                "{% extends 'file' %}",
                "{{ a | unheard }}",
                "{{ a is unheard }}",
                "{% if a %}",
                "{% endif %}",
                "{{ 'a }}",
                "{{ a",
                "{# a",
                "{{ a ? b }}",
                "{{ (a }}",
                "{{ '\\uZZZZ' }}",
                "{{ 99999999999999999999 }}"
            })
    void refusesWhatItDoesNotKnow(String source) {
        assertThatThrownBy(() -> render(source))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("The chat template can't be read: ");
    }

    @Test
    void boundsTheDepthOfExpressionsAndBlocks() {
        for (String source : List.of(
                "{{ " + "(".repeat(5000) + "1" + ")".repeat(5000) + " }}",
                "{{ 1" + " + 1".repeat(5000) + " }}",
                "{{ " + "not ".repeat(5000) + "1 }}",
                "{{ " + "-".repeat(5000) + "1 }}",
                "{{ a" + ".b".repeat(5000) + " }}",
                "{{ " + "[".repeat(5000) + "]".repeat(5000) + " }}",
                "{% if 1 %}".repeat(5000) + "{% endif %}".repeat(5000),
                "{% if 1 %}" + "{% elif 1 %}".repeat(5000) + "{% endif %}")) {
            assertThatThrownBy(() -> render(source))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("nested more than 200 deep");
        }
    }

    @Test
    void refusesTemplatesOfAnyLength() {
        assertThatThrownBy(() -> render("x".repeat(300_000)))
                .hasMessage("The chat template is longer than 262144 characters.");
    }

    @Test
    void passesOnWhatTheTemplateSays() {
        assertThatThrownBy(() -> render("{{ raise_exception('Only system messages, please.') }}"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("The chat template refuses the messages: Only system messages, please.");
    }
}
