{#- C4: an amount with 2 decimals, half up. Through decimal(28, 8) first: 1.005 as a double lies below
    1.005. -#}
{% macro money(expression) -%}
    cast(round(cast({{ expression }} as decimal(28, 8)), 2) as decimal(18, 2))
{%- endmacro %}
