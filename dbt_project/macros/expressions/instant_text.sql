{#- An instant (UTC, naive) or a date as Optiply reads it: 2024-03-31T22:00:00Z. A date keeps its day
    (C1). -#}
{% macro instant_text(expression) -%}
    strftime({{ expression }}, '%Y-%m-%dT%H:%M:%SZ')
{%- endmacro %}
