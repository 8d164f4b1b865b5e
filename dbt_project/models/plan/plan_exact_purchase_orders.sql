-- One row per Optiply buy order that must become an Exact purchase order: what is sent, what holds it back.
with

orders as (
    select
        optiply_buy_order_id,
        marker,
        supplier_remote_id,
        payload,
        lines,
        payload_hash,
        refused_reason,
        refused_rule,
    from {{ ref('exact_purchase_orders') }}
),

held_entities as (
    select held_by
    from {{ ref('int_plan__held_entities') }}
    where entity = 'exactPurchaseOrders'
),

-- Exact refused this very content; the hash leaves the sync day's dates out, so a new day is no new content
refusals as (
    select remote_id, refused_hash, any_value(refusal_message) as refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'exact'
    group by all
),

open_intents as (
    select remote_id
    from {{ ref('int_plan__open_intents') }}
    where target = 'exact'
    group by remote_id
),

plan_exact_purchase_orders as (
    select
        orders.optiply_buy_order_id,
        orders.marker,
        orders.supplier_remote_id,
        orders.payload,
        orders.lines,
        orders.payload_hash,
        orders.refused_reason,
        orders.refused_rule,
        'create' as operation,
        coalesce(
            'held: ' || held_entities.held_by,
            -- X12: our own refusal, made before anything is sent
            'refused: ' || orders.refused_reason,
            'refused: Exact said: ' || refusals.refusal_message,
            case when open_intents.remote_id is not null then 'open intent' end
        ) as blocked_by,
    from orders
    left join held_entities on true
    left join refusals
        on orders.optiply_buy_order_id = refusals.remote_id and orders.payload_hash = refusals.refused_hash
    left join open_intents on orders.optiply_buy_order_id = open_intents.remote_id
)

select * from plan_exact_purchase_orders
