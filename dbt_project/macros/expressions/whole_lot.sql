{#- C5: a lot size or minimum order quantity: rounded up, at least 1; NULL, 0 and negative are NULL
    (none). -#}
{% macro whole_lot(expression) -%}
    case
        when {{ expression }} > 0
            then cast(greatest(ceil(cast(least({{ expression }}, 99999999999) as decimal(28, 6))), 1) as bigint)
    end
{%- endmacro %}
