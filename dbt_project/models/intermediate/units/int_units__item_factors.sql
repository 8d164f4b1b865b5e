-- One row per Exact item: what its quantities are multiplied with, and the unit they are in then (U4, U6).
with

items as (
    select exact_item_id, unit_code from {{ ref('stg_exact__items') }}
),

unit_factors (unit_code, converted_unit_name, factor) as (
    {{ unit_factors_rows() }}
),

item_factors as (
    select
        items.exact_item_id,
        unit_factors.factor is not null as is_converted,
        coalesce(unit_factors.factor, 1.0) as unit_factor,
        case
            when {{ flag_sql('unit_filter') }}
                then coalesce(unit_factors.converted_unit_name, items.unit_code)
        end as stock_measurement_unit
    from items
    left join unit_factors
        on lower(items.unit_code) = unit_factors.unit_code
)

select * from item_factors
