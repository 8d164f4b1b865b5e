-- One row per composition that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        payload,
        payload_hash,
        changed_attributes,
        reason,
        refusal_message,
        is_leaving,
        composed_product_remote_id,
        part_product_remote_id,
    from {{ ref('int_plan__product_composition_changes') }}
),

held_entities as (
    select entity, held_by
    from {{ ref('int_plan__held_entities') }}
),

brake as (
    select brake_reason
    from {{ ref('int_plan__product_composition_brake') }}
    where is_tripped
),

open_intents as (
    select remote_id
    from {{ ref('int_plan__open_intents') }}
    where target = 'optiply' and entity = 'productCompositions'
),

-- PC6: what Optiply holds, or will hold before compositions are sent
products_there as (
    select remote_id from {{ ref('int_orders__known_products') }}
),

waiting as (
    select
        changes.remote_id,
        'product '
        || if(composed.remote_id is null, changes.composed_product_remote_id, changes.part_product_remote_id)
        || ' is not in Optiply' as waiting_for,
    from changes
    left join products_there as composed on changes.composed_product_remote_id = composed.remote_id
    left join products_there as parts on changes.part_product_remote_id = parts.remote_id
    where
        changes.operation = 'create'
        and (composed.remote_id is null or parts.remote_id is null)
),

plan_optiply_product_compositions as (
    select
        changes.entity,
        changes.operation,
        changes.remote_id,
        changes.optiply_id,
        changes.payload,
        changes.payload_hash,
        changes.changed_attributes,
        changes.reason,
        coalesce(
            'held: ' || held_entities.held_by,
            'waiting: ' || waiting.waiting_for,
            'refused: ' || changes.refusal_message,
            'brake: ' || brake.brake_reason,
            case when open_intents.remote_id is not null then 'open intent' end
        ) as blocked_by,
    from changes
    left join held_entities on changes.entity = held_entities.entity
    left join waiting on changes.remote_id = waiting.remote_id
    -- one measure, so at most one row
    left join brake on changes.is_leaving
    left join open_intents on changes.remote_id = open_intents.remote_id
)

select * from plan_optiply_product_compositions
