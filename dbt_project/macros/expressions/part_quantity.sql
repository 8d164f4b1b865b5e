{#- PC3: how much of a part goes into one composed item, in the part's unit: as Exact says it, or with
    calc_part_quantity from a whole batch, waste included. A batch without a size counts as 1. -#}
{% macro part_quantity(for_one, for_a_batch, batch_size) -%}
    cast(
        case when {{ flag_sql('calc_part_quantity') }}
            then {{ for_a_batch }} / {{ positive_or_one(batch_size) }}
            else {{ for_one }}
        end as double
    )
{%- endmacro %}
