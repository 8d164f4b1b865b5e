{#- P12: whether price() makes this 0 although it is not. -#}
{% macro price_out_of_range(expression) -%}
    coalesce({{ expression }} < 0 or {{ expression }} >= 9999999.995, false)
{%- endmacro %}
