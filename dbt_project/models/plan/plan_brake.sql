-- One row per entity and measure of the brake: how much of what Optiply holds the plan would take away.
with

brakes as (
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__product_brake') }}
    union all
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__product_composition_brake') }}
    union all
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__supplier_brake') }}
    union all
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__supplier_product_brake') }}
    union all
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__sell_order_brake') }}
    union all
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__buy_order_brake') }}
    union all
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__buy_order_line_brake') }}
    union all
    select entity, measure, known_count, hit_count, is_tripped
    from {{ ref('int_plan__receipt_line_brake') }}
),

plan_brake as (
    select
        entity,
        measure,
        known_count as known,
        hit_count as leaving,
        cast(coalesce(100.0 * hit_count / nullif(known_count, 0), 0) as decimal(5, 1)) as share_pct,
        cast({{ flag_sql('mass_delete_limit') }} as integer) as limit_pct,
        is_tripped,
    from brakes
)

select * from plan_brake
