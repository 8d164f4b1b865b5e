{#- An amount as Exact sent it, without rounding, so that sums are exact. Not a number, or beyond 20
    digits before the point: NULL, so that one broken row does not stop the build. -#}
{% macro amount(column) -%}
    try_cast({{ column }} as decimal(28, 8))
{%- endmacro %}
