-- One row per supplier product that Optiply must be told about: what, why, and what holds it back.
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
        product_remote_id,
        supplier_remote_id,
    from {{ ref('int_plan__supplier_product_changes') }}
),

held_entities as (
    select entity, held_by
    from {{ ref('int_plan__held_entities') }}
),

brake as (
    select measure, brake_reason
    from {{ ref('int_plan__supplier_product_brake') }}
    where is_tripped
),

open_intents as (
    select remote_id
    from {{ ref('int_plan__open_intents') }}
    where target = 'optiply' and entity = 'supplierProducts'
),

-- what Optiply holds, or will hold before supplier products are sent
products_there as (
    select remote_id from {{ source('ledger', 'records') }} where entity = 'products'
    union
    select remote_id from {{ ref('plan_optiply_products') }}
    -- the push settles an open create before anything else
    where operation = 'create' and coalesce(blocked_by, 'open intent') = 'open intent'
),

suppliers_there as (
    select remote_id from {{ source('ledger', 'records') }} where entity = 'suppliers'
    union
    select remote_id from {{ ref('plan_optiply_suppliers') }}
    where operation = 'create' and coalesce(blocked_by, 'open intent') = 'open intent'
),

waiting as (
    select
        changes.remote_id,
        case
            when products_there.remote_id is null then 'product ' || changes.product_remote_id
            else 'supplier ' || changes.supplier_remote_id
        end || ' is not in Optiply' as waiting_for,
    from changes
    left join products_there on changes.product_remote_id = products_there.remote_id
    left join suppliers_there on changes.supplier_remote_id = suppliers_there.remote_id
    where
        changes.operation in ('create', 'replace')
        and (products_there.remote_id is null or suppliers_there.remote_id is null)
),

braked as (
    -- to one row per supplier product before the join: one can be hit by two measures
    select changes.remote_id, string_agg(brake.brake_reason, '; ' order by brake.measure) as brake_reasons
    from changes
    inner join brake
        on
            brake.measure = 'leaving' and changes.is_leaving
    group by changes.remote_id
),

plan_optiply_supplier_products as (
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
            'brake: ' || braked.brake_reasons,
            case when open_intents.remote_id is not null then 'open intent' end
        ) as blocked_by,
    from changes
    left join held_entities on changes.entity = held_entities.entity
    left join waiting on changes.remote_id = waiting.remote_id
    left join braked on changes.remote_id = braked.remote_id
    left join open_intents on changes.remote_id = open_intents.remote_id
)

select * from plan_optiply_supplier_products
