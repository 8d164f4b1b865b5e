{#- C5: an order or receipt quantity as a whole number, half away from zero. NULL stays NULL. -#}
{% macro whole_units(expression) -%}
    cast(round({{ expression }}) as bigint)
{%- endmacro %}
