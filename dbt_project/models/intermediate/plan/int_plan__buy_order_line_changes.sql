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

-- X13: deleted in Optiply, it comes back from Exact
gone as (
    select optiply_id
    from {{ ref('int_deletions__optiply_rows') }}
    where stream = 'buy_order_lines'
),

compared as (
    {{ plan_compared(
        'buyOrderLines', attributes,
        resend='desired.is_parent_new or records.optiply_id in (select optiply_id from gone)'
    ) | indent(4) }}
),

judged as (
    select
        compared.*,
        gone.optiply_id is not null as is_gone,
    from compared
    left join gone on compared.optiply_id = gone.optiply_id
),

sent as (
    select
        case
            when not is_known then 'create'
            when
                is_parent_new
                or is_gone
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
            when is_gone then 'deleted in Optiply'
            else {{ plan_reason_for_update() | indent(12) }}
        end as reason,
    from judged
    where not is_known or is_parent_new or is_gone or changed_attributes is not null
),

buy_order_line_changes as (
    {{ plan_with_deletes('buyOrderLines', ref('int_buy_orders__lines_leaving'), 'buyOrders') | indent(4) }}
)

select * from buy_order_line_changes
