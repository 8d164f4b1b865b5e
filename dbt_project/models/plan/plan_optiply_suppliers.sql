-- One row per supplier that Optiply must be told about: what, why, and what holds it back.
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
    from {{ ref('int_plan__supplier_changes') }}
),

held_entities as (
    select entity, held_by
    from {{ ref('int_plan__held_entities') }}
),

brake as (
    select measure, brake_reason
    from {{ ref('int_plan__supplier_brake') }}
    where is_tripped
),

open_intents as (
    select remote_id
    from {{ ref('int_plan__open_intents') }}
    where target = 'optiply' and entity = 'suppliers'
),

braked as (
    -- to one row per supplier before the join: one can be hit by two measures
    select changes.remote_id, string_agg(brake.brake_reason, '; ' order by brake.measure) as brake_reasons
    from changes
    inner join brake
        on
            brake.measure = 'leaving' and changes.is_leaving
    group by changes.remote_id
),

plan_optiply_suppliers as (
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
            'refused: ' || changes.refusal_message,
            'brake: ' || braked.brake_reasons,
            case when open_intents.remote_id is not null then 'open intent' end
        ) as blocked_by,
    from changes
    left join held_entities on changes.entity = held_entities.entity
    left join braked on changes.remote_id = braked.remote_id
    left join open_intents on changes.remote_id = open_intents.remote_id
)

select * from plan_optiply_suppliers
