-- One row per buy order of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('buyOrders') %}
with

desired as (
    select *, {{ plan_fields(attributes) | indent(4) }} as fields
    from {{ ref('optiply_buy_orders') }}
    where {{ plan_is_on('buyOrders') }}
),

-- BO6, BO7: of an order that we exported, the supplier that Exact accepted is known before its payload is
exports as (
    select exact_id, any_value(supplier_remote_id) as supplier_remote_id
    from {{ source('ledger', 'exports') }}
    group by exact_id
),

-- X13: deleted in Optiply, it comes back from Exact
gone as (
    select optiply_id
    from {{ ref('int_deletions__optiply_rows') }}
    where stream = 'buy_orders'
),

compared as (
    {{ plan_compared(
        'buyOrders', attributes, resend='records.optiply_id in (select optiply_id from gone)'
    ) | indent(4) }}
),

with_supplier as (
    select
        compared.*,
        coalesce(
            coalesce(
                json_extract_string(compared.accepted_payload, '$.supplier_remote_id'),
                exports.supplier_remote_id
            ) != compared.supplier_remote_id,
            false
        ) as is_another,
        gone.optiply_id is not null as is_gone,
    from compared
    left join exports on compared.remote_id = exports.exact_id
    left join gone on compared.optiply_id = gone.optiply_id
),

sent as (
    select
        case
            when not is_known then 'create'
            -- BO6: an order cannot move to another supplier
            when is_another or is_gone then 'replace'
            else 'update'
        end as operation,
        remote_id,
        optiply_id,
        {{ plan_payload() }} as payload,
        payload_hash,
        case
            when is_known then coalesce(
                changed_attributes, replace('{"placed":{"old":"?","new":"?"}}', '?', placed)
            )
        end as changed_attributes,
        case
            when not is_known then 'new in Exact'
            when is_gone then 'deleted in Optiply'
            else {{ plan_reason_for_update() | indent(12) }}
        end as reason,
        supplier_remote_id,
    from with_supplier
    where not is_known or is_gone or changed_attributes is not null
),

buy_order_changes as (
    {{ plan_with_deletes('buyOrders', ref('int_buy_orders__orders_leaving'), 'buyOrders') | indent(4) }}
)

select * from buy_order_changes
