{#- A quantity as decimal(18, 4). Beyond ±99,999,999,999 it stays at that limit (above every limit of
    Optiply), so that one broken row does not stop the build. NULL stays NULL. -#}
{% macro quantity(column) -%}
    cast(
        case
            when {{ column }} > 99999999999 then 99999999999
            when {{ column }} < -99999999999 then -99999999999
            else {{ column }}
        end as decimal(18, 4)
    )
{%- endmacro %}
