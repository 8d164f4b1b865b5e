{#- A decimal for people: 12, 2.5, not 12.0000000000. -#}
{% macro plain_number(expression) -%}
    regexp_replace(regexp_replace(cast({{ expression }} as varchar), '(\.\d*?)0+$', '\1'), '\.$', '')
{%- endmacro %}
