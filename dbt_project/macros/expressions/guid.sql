{#- C2: a GUID in lower case without braces; nothing left is NULL. -#}
{% macro guid(column) -%}
    nullif(lower(trim({{ column }}, ' {}')), '')
{%- endmacro %}
