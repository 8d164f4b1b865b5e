-- One row per measure of the brake over compositions: how many of those in Optiply the plan would hit.
with

changes as (
    select is_leaving
    from {{ ref('int_plan__product_composition_changes') }}
    -- what was refused is not sent, so it hits nothing
    where refusal_message is null
),

known as (
    select count(*) as known_count
    from {{ source('ledger', 'records') }}
    where entity = 'productCompositions'
),

hits as (
    select 'leaving' as measure, count(*) filter (where is_leaving) as hit_count from changes
),

product_composition_brake as (
    select
        'productCompositions' as entity,
        hits.measure,
        known.known_count,
        hits.hit_count,
        {{ brake_is_tripped('hits.hit_count', 'known.known_count') }} as is_tripped,
        {{ brake_reason('hits.measure', 'hits.hit_count', 'known.known_count') }} as brake_reason,
    from hits
    cross join known
)

select * from product_composition_brake
