{#- C5: stock for Optiply, which knows integers only: rounded down (-0.5 is -1), within ±9,999,999. To 6
    decimals first, so that 2.3 * 100 as a double is 230, not 229. -#}
{% macro whole_stock(expression) -%}
    cast(
        floor(
            cast(
                case
                    when {{ expression }} > 9999999 then 9999999
                    when {{ expression }} < -9999999 then -9999999
                    else {{ expression }}
                end as decimal(18, 6)
            )
        ) as integer
    )
{%- endmacro %}
