-- One row per composition that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__product_composition_changes') }}
),

-- PC6: what Optiply holds, or will hold before compositions are sent
products_there as (
    {{ plan_there('products', ref('plan_optiply_products')) | indent(4) }}
),

waiting as (
    select
        changes.remote_id,
        'product '
        || if(
            composed.remote_id is null, changes.composed_product_remote_id, changes.part_product_remote_id
        )
        || ' is not in Optiply' as waiting_for,
    from changes
    left join products_there as composed on changes.composed_product_remote_id = composed.remote_id
    left join products_there as parts on changes.part_product_remote_id = parts.remote_id
    where
        changes.operation = 'create'
        and (composed.remote_id is null or parts.remote_id is null)
),

plan_optiply_product_compositions as (
    {{ plan_rows('productCompositions', ref('int_plan__product_composition_brake'), waits=true) | indent(4) }}
)

select * from plan_optiply_product_compositions
