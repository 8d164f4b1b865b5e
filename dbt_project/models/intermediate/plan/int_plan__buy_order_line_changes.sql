-- One row per buy order line of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('buyOrderLines') %}
with

buy_order_lines as (
    select
        remote_id, buy_order_remote_id, product_remote_id, quantity, subtotal_value,
        expected_delivery_date,
        {{ plan_fields(attributes) | indent(8) }} as fields,
    from {{ ref('optiply_buy_order_lines') }}
    where {{ plan_is_on('buyOrders') }}
),

-- C8: only evidence removes a buy order line; one that is merely absent from the mart stays
leaving as (
    select remote_id, string_agg(reason, ', ' order by reason) as reason
    from {{ ref('int_buy_orders__lines_leaving') }}
    where {{ plan_is_on('buyOrders') }}
    group by remote_id
),

records as (
    select remote_id, optiply_id, payload, payload_hash
    from {{ source('ledger', 'records') }}
    where entity = 'buyOrderLines'
),

-- Optiply removes what belongs to a buy order together with it: after a replacement all of it is sent again
replaced as (
    select remote_id
    from {{ ref('plan_optiply_buy_orders') }}
    where operation = 'replace' and coalesce(blocked_by, 'open intent') = 'open intent'
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'buyOrderLines'
),

suspects as (
    select
        buy_order_lines.*,
        md5('{' || buy_order_lines.fields || '}') as desired_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
        records.remote_id is not null and replaced.remote_id is not null as is_parent_replaced,
    from buy_order_lines
    left join records on buy_order_lines.remote_id = records.remote_id
    left join replaced on buy_order_lines.buy_order_remote_id = replaced.remote_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where
        records.payload is null or replaced.remote_id is not null
        or records.payload_hash is distinct from md5('{' || buy_order_lines.fields || '}')
),

compared as (
    select
        *,
        {{ plan_changed_attributes(attributes) | indent(8) }} as changed_attributes,
        {{ plan_cleared_fields(attributes) | indent(8) }} as cleared_fields,
        (
            json_extract_string(accepted_payload, '$.buy_order_remote_id') != buy_order_remote_id
            or json_extract_string(accepted_payload, '$.product_remote_id') != product_remote_id
        ) is true as is_another,
    from suspects
),

sent as (
    select
        case
            when not is_known then 'create'
            when is_parent_replaced or is_another then 'replace'
            else 'update'
        end as operation,
        remote_id, optiply_id,
        '{' || concat_ws(',', fields, nullif(cleared_fields, '')) || '}' as payload,
        desired_hash as payload_hash, buy_order_remote_id, product_remote_id,
        case
            when is_known then coalesce(
                changed_attributes,
                replace('{"buy_order_remote_id":{"old":"?","new":"?"}}', '?', buy_order_remote_id)
            )
        end as changed_attributes,
        case
            when not is_known then 'new in Exact'
            when is_parent_replaced then 'its buy order is replaced'
            else {{ plan_reason_for_update() | indent(12) }}
        end as reason,
    from compared
    where not is_known or is_parent_replaced or changed_attributes is not null
),

changes as (
    select * from sent
    union all by name
    select 'delete' as operation, records.remote_id, records.optiply_id, leaving.reason
    from records
    inner join leaving on records.remote_id = leaving.remote_id
    -- both desired and leaving is a contradiction of ours: nothing is deleted
    anti join buy_order_lines on records.remote_id = buy_order_lines.remote_id
),

buy_order_line_changes as (
    select
        'buyOrderLines' as entity,
        changes.*,
        refusals.refusal_message,
        changes.operation = 'delete' as is_leaving,
    from changes
    left join refusals
        on
            changes.remote_id = refusals.remote_id
            and coalesce(changes.payload_hash, '') = refusals.refused_hash
)

select * from buy_order_line_changes
