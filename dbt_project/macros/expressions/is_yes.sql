{#- Exact's Edm.Byte flags are 0 or 1, its Edm.Boolean ones true or false: both as boolean; NULL is false. -#}
{% macro is_yes(column) -%}
    coalesce(cast({{ column }} as boolean), false)
{%- endmacro %}
