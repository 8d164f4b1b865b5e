{#- U5, P12: a price per stock unit after unit conversion. One above 0 never becomes 0 by the conversion. -#}
{% macro converted_price(expression, is_converted) -%}
    case
        when {{ is_converted }} and {{ expression }} > 0 and {{ expression }} < 0.005
            then cast(0.01 as decimal(18, 2))
        else {{ price(expression) }}
    end
{%- endmacro %}
