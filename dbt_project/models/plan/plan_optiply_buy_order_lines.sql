-- One row per buy order line that Optiply must be told about: what, why, and what holds it back.
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
        buy_order_remote_id,
        product_remote_id,
    from {{ ref('int_plan__buy_order_line_changes') }}
),

held_entities as (
    select entity, held_by
    from {{ ref('int_plan__held_entities') }}
),

brake as (
    select brake_reason
    from {{ ref('int_plan__buy_order_line_brake') }}
    where is_tripped
),

open_intents as (
    select remote_id
    from {{ ref('int_plan__open_intents') }}
    where target = 'optiply' and entity = 'buyOrderLines'
),

-- what Optiply holds, or will hold before buy order lines are sent
parents_there as (
    select remote_id from {{ source('ledger', 'records') }} where entity = 'buyOrders'
    union
    select remote_id from {{ ref('plan_optiply_buy_orders') }}
    -- the push settles an open create before anything else
    where operation = 'create' and coalesce(blocked_by, 'open intent') = 'open intent'
),

-- BO7
made_in_optiply as (
    select buy_order_remote_id, product_remote_id
    from {{ ref('int_buy_orders__lines_made_in_optiply') }}
),

waiting as (
    select
        changes.remote_id,
        if(
            parents_there.remote_id is null,
            'buy order ' || changes.buy_order_remote_id || ' is not in Optiply',
            'the order has a line of this product in Optiply that nobody has linked'
        ) as waiting_for,
    from changes
    left join parents_there on changes.buy_order_remote_id = parents_there.remote_id
    left join made_in_optiply
        on
            changes.buy_order_remote_id = made_in_optiply.buy_order_remote_id
            and changes.product_remote_id = made_in_optiply.product_remote_id
    where
        (changes.operation in ('create', 'replace') and parents_there.remote_id is null)
        or (changes.operation = 'create' and made_in_optiply.product_remote_id is not null)
),

plan_optiply_buy_order_lines as (
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

select * from plan_optiply_buy_order_lines
