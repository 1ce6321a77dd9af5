"""Records what Hugging Face transformers 4.57.6 renders of chat templates: templates.json.

    python record_templates.py
"""

import json
import pathlib

from transformers.utils.chat_template_utils import _compile_jinja_template, render_jinja_template

USER = {"role": "user", "content": "  What's 2 + 2?\n"}
BOT = {"role": "assistant", "content": "It's \"4\" – é 😀 <tag>."}
SYSTEM = {"role": "system", "content": "Be brief."}
CALL = {"role": "assistant", "content": None, "tool_calls": [
    {"type": "function", "function": {"name": "add", "arguments": {"a": 2, "b": 2.5, "c": [True, None, 1e-7]}}}]}
RESULT = {"role": "tool", "name": "add", "content": "4.5"}
PARTS = {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": "What is this?"}]}
TOOLS = [{"type": "function", "function": {"name": "add", "description": "Adds a and b: \"sum\"\n.",
                                           "parameters": {"type": "object", "properties": {"a": {"type": "number"}}}}}]

CHATS = [[USER], [SYSTEM, USER, BOT, USER], [USER, CALL, RESULT, BOT], [SYSTEM, PARTS], [BOT], []]

TEMPLATES = {
    "chatml": """{%- for message in messages %}
    {{- '<|im_start|>' + message.role + '\\n' }}
    {%- if message.content is string %}
        {{- message.content | trim }}
    {%- elif message['content'] is iterable and message['content'] is not mapping %}
        {%- for part in message['content'] %}
            {%- if part.type == 'text' %}{{ part['text'] }}{% else %}<{{ part.type }}>{% endif %}
        {%- endfor %}
    {%- endif %}
    {{- '<|im_end|>' }}
{% endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' -}}
{% endif %}
""",
    "defaults": """{% if messages and messages[0]['role'] == 'system' %}{% set system = messages[0]['content'] %}{% set rest = messages[1:] %}{% else %}{% set system = false %}{% set rest = messages %}{% endif %}
{% for m in rest %}
  {% if (m['role'] == 'user') != (loop.index0 % 2 == 0) and not m.tool_calls and m.role != 'tool' %}{{ raise_exception('Roles must take turns: ' ~ m.role) }}{% endif %}
  {% if loop.first and system %}{% set content = '<<SYS>>\\n' + system + '\\n<</SYS>>\\n\\n' + (m['content'] if m.content is string else '') %}{% else %}{% set content = m.content %}{% endif %}
{{ bos_token if loop.first else '' }}[{{ m.role | upper }}] {{ content }} [/{{ loop.index }} of {{ loop.length }}]{{ eos_token if loop.last }}
{% endfor %}
{% if add_generation_prompt %}GO{% endif %}
""",
    "tools": """{%- set ns = namespace(count=0, last_user=-1, names=[]) %}
{%- for m in messages %}
  {%- if m.role == "user" %}{% set ns.last_user = loop.index0 %}{% endif %}
  {%- if m.tool_calls is defined and m.tool_calls %}{% set ns.count = ns.count + m.tool_calls | length %}{% endif %}
{%- endfor %}
{%- if tools %}# Tools
{% for tool in tools %}
{{ tool | tojson }}
{{ tool.function | tojson(indent=2) }}
{% endfor %}
{%- endif %}
{%- macro call(c, prefix='->', suffix="") %}
{{ prefix }}{{ c.function.name }}({% for k, v in c.function.arguments.items() %}{{ k }}={{ v | tojson }}{% if not loop.last %}, {% endif %}{% endfor %}){{ suffix }}
{%- endmacro %}
{%- for m in messages -%}
  {% if m.role == "tool" %}<result{{ ' name="%s"' | default('x') if false else '' }}>{{ m.content }}</result>
  {%- elif m.tool_calls %}{% for c in m.tool_calls %}{{ call(c, suffix=';') }}{% endfor %}
  {%- else %}{{ m.role | capitalize }}: {{ m.content if m.content is string else m.content | map(attribute='type') | join('+') }}
  {%- endif %}
  {%- if loop.index0 == ns.last_user %} <- last{% endif %}
{% endfor -%}
{{ ns.count }} calls, {{ ns.last_user }}
""",
    "values": """{{ [1, 2.0, 'it''s', "a\\"b", none, true, {'k': 1e16, 'l': 1e-5}] }} {{ 7 // 2 }} {{ -7 // 2 }} {{ -7 % 3 }} {{ 7 / 2 }} {{ 2 ** 10 }} {{ -2 ** 2 }} {{ --3 | abs }}{{ -4 | abs }} {{ 1e3 }} {{ 0.1 + 0.2 }}
{{ 'abc'[1] }}{{ 'abc'[-1] }}{{ 'abcdef'[1:4] }}{{ 'abcdef'[::-1] }}{{ [1,2,3][-2:] }} {{ 'x' * 3 }} {{ 'a' in 'abc' }} {{ 4 not in [1, 2] }} {{ 'k' in {'k': 1} }}
{{ missing }}|{{ missing is defined }}|{{ missing | default('d') }}|{{ '' | default('e', true) }}|{{ none | default('f') }}
{{ 'a,b,,c'.split(',') }} {{ ' a  b '.split() }} {{ 'a-b-c'.split('-', 1) }} {{ '  x '.strip() }}| {{ 'xxhixx'.strip('x') }} {{ 'hi there'.title() }} {{ 'Hi'.lower() }}
{{ 'abc'.startswith('ab') }} {{ 'abc'.endswith(('x', 'c')) }} {{ 'aXbX'.replace('X', '-') }} {{ 'a\\nb' | indent(2) }} {{ 'b,a' | replace(',', ';') }}
{% for k, v in {'b': 1, 'a': 2} | dictsort %}{{ k ~ v }}{% endfor %} {{ [3, 1, 2] | sort }} {{ [1, 2, 2, 1] | unique | list }} {{ [1, 2, 3] | select('odd') | list }} {{ [1, 2, 3] | sum }} {{ [1, 2, 3] | first }}{{ [1, 2, 3] | last }}
{{ [{'a': 1}, {'a': 2}] | selectattr('a', 'equalto', 2) | list }} {{ [{'a': 1}, {'a': 2}, {}] | rejectattr('a', 'defined') | list }} {{ ['a', 'b'] | map('upper') | list }}
{{ 1 < 2 < 3 }} {{ 1 == 1.0 }} {{ not [] }} {{ 1 and 0 or 'z' }} {{ 'é' | length }} {{ '5' | int + 1 }} {{ 'x' | int }} {{ '2.50' | float }} {{ 3.7 | int }}
{% for k, v in {'x': 1, 'y': 2}.items() %}{{ k }}{{ v }}{{ loop.revindex }}{% else %}none{% endfor %}{% for x in [] %}{% else %}empty{% endfor %}
{% for i in range(1, 10, 2) if i != 5 %}{% if i == 9 %}{% break %}{% endif %}{% if i == 3 %}{% continue %}{% endif %}{{ i }}{% endfor %}
{% set text %}  captured {{ 1 + 1 }}{% endset %}[{{ text | trim }}]{# a comment #}
  {% if true %}
    indented
  {% endif %}
  {%+ if true %}kept{% endif +%}
{% raw %}{{ raw }} {% if %}{% endraw %}
{{ "a" ~ 1 ~ none ~ true ~ 2.5 }} {{ '\\u00e9\\x41\\t|' }} {{ {'a': [1, {'b': none}]} | tojson }} {{ [1.0, 1e100, 123456789.123] | tojson }} {{ 'q"\\n\\u0001é' | tojson }}
{{ 1 if false }}{{ 'yes' if 1 is odd else 'no' }} {{ 3 is divisibleby 3 }} {{ 'x' is not none }} {{ messages is sequence }} {{ messages[5] is defined }} {{ 10 is ge(3) }}
{% filter upper %}shout {{ 'x' }}{% endfilter %} {% generation %}said{% endgeneration %} {{ 'A b'.split(' ')[0] }} {{ messages | length }}
""",
}


def record():
    cases = []
    for name, template in TEMPLATES.items():
        for i, chat in enumerate(CHATS if name != "values" else CHATS[:1]):
            for generation in (False, True):
                for tools in ([None, TOOLS] if name == "tools" else [None]):
                    case = {"template": name, "messages": chat, "generation": generation, "tools": tools}
                    try:
                        case["prompt"] = render_jinja_template(
                            [chat], tools=tools, chat_template=template, add_generation_prompt=generation,
                            bos_token="<s>", eos_token="</s>")[0][0]
                    except Exception as e:  # what the template refuses
                        case["error"] = str(e)
                    cases.append(case)
    return {"templates": TEMPLATES, "cases": cases}


if __name__ == "__main__":
    out = pathlib.Path(__file__).parent / "templates.json"
    out.write_text(json.dumps(record(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
