-- One row per buy order line of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('buyOrderLines') %}
with

-- Optiply removes what belongs to a buy order with it: after a replacement all is sent again
replaced as (
    select remote_id
    from {{ ref('plan_optiply_buy_orders') }}
    where operation = 'replace' and coalesce(blocked_by, 'open intent') = 'open intent'
),

desired as (
    select
        mart.*,
        {{ plan_fields(attributes) | indent(8) }} as fields,
        replaced.remote_id is not null as is_parent_new,
    from {{ ref('optiply_buy_order_lines') }} as mart
    left join replaced on mart.buy_order_remote_id = replaced.remote_id
    where {{ plan_is_on('buyOrders') }}
),

compared as (
    {{ plan_compared('buyOrderLines', attributes, resend='desired.is_parent_new') | indent(4) }}
),

sent as (
    select
        case
            when not is_known then 'create'
            when
                is_parent_new
                or json_extract_string(accepted_payload, '$.buy_order_remote_id')
                != buy_order_remote_id
                or json_extract_string(accepted_payload, '$.product_remote_id') != product_remote_id
                then 'replace'
            else 'update'
        end as operation,
        remote_id,
        optiply_id,
        {{ plan_payload() }} as payload,
        payload_hash,
        buy_order_remote_id,
        product_remote_id,
        case
            when is_known then coalesce(
                changed_attributes,
                replace('{"buy_order_remote_id":{"old":"?","new":"?"}}', '?', buy_order_remote_id)
            )
        end as changed_attributes,
        case
            when not is_known then 'new in Exact'
            when is_parent_new then 'its buy order is replaced'
            else {{ plan_reason_for_update() | indent(12) }}
        end as reason,
    from compared
    where not is_known or is_parent_new or changed_attributes is not null
),

buy_order_line_changes as (
    {{ plan_with_deletes('buyOrderLines', ref('int_buy_orders__lines_leaving'), 'buyOrders') | indent(4) }}
)

select * from buy_order_line_changes
