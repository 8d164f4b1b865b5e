{#- C4, P12: a product or purchase price in the division's currency with 2 decimals; negative or above
    9,999,999.99 is 0. NULL stays NULL. -#}
{% macro price(expression) -%}
    case
        when {{ expression }} < 0 or {{ expression }} >= 9999999.995 then cast(0 as decimal(18, 2))
        else {{ money(expression) }}
    end
{%- endmacro %}
