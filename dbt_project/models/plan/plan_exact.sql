-- One row per document that an Optiply buy order must become in Exact: what is sent, what holds it back.
with

documents as (
    select
        'purchase_orders' as sink, optiply_buy_order_id, marker, supplier_remote_id as counterpart_id,
        payload, lines, payload_hash, optiply_order, refused_reason, refused_rule,
    from {{ ref('exact_purchase_orders') }}
    union all
    select
        'warehouse_transfers' as sink, optiply_buy_order_id, marker, counterpart_id, payload, lines,
        payload_hash, optiply_order, refused_reason, refused_rule,
    from {{ ref('exact_warehouse_transfers') }}
    union all
    select
        'shop_orders' as sink, optiply_buy_order_id, marker, counterpart_id, payload, lines, payload_hash,
        optiply_order, refused_reason, refused_rule,
    from {{ ref('exact_shop_orders') }}
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

plan_exact as (
    select
        documents.sink,
        documents.optiply_buy_order_id,
        documents.marker,
        documents.counterpart_id,
        documents.payload,
        documents.lines,
        documents.payload_hash,
        documents.optiply_order,
        documents.refused_reason,
        documents.refused_rule,
        'create' as operation,
        coalesce(
            'held: ' || held_entities.held_by,
            -- X12: our own refusal, made before anything is sent
            'refused: ' || documents.refused_reason,
            'refused: Exact said: ' || refusals.refusal_message,
            case when open_intents.remote_id is not null then 'open intent' end
        ) as blocked_by,
    from documents
    left join held_entities on true
    left join refusals
        on documents.marker = refusals.remote_id and documents.payload_hash = refusals.refused_hash
    left join open_intents on documents.marker = open_intents.remote_id
)

select * from plan_exact
