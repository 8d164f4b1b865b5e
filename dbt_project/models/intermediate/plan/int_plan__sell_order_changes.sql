-- One row per sell order of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('sellOrders') %}
with

sell_orders as (
    select
        remote_id,
        placed,
        completed,
        total_value,
        order_lines,
        {{ plan_fields(attributes) | indent(8) }} as fields,
    from {{ ref('optiply_sell_orders') }}
    where {{ plan_is_on('sellOrders') }}
),

-- C8: only evidence removes an order; one that is merely absent from the mart stays
leaving as (
    select remote_id, string_agg(reason, ', ' order by reason) as reason
    from {{ ref('int_orders__sell_orders_leaving') }}
    where {{ plan_is_on('sellOrders') }}
    group by remote_id
),

records as (
    select remote_id, optiply_id, payload, payload_hash
    from {{ source('ledger', 'records') }}
    where entity = 'sellOrders'
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'sellOrders'
),

suspects as (
    select
        sell_orders.*,
        md5('{' || sell_orders.fields || '}') as desired_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
    from sell_orders
    left join records on sell_orders.remote_id = records.remote_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where
        records.payload is null
        or records.payload_hash is distinct from md5('{' || sell_orders.fields || '}')
),

compared as (
    select
        *,
        {{ plan_changed_attributes(attributes) | indent(8) }} as changed_attributes,
        {{ plan_cleared_fields(attributes) | indent(8) }} as cleared_fields,
    from suspects
),

sent as (
    select
        case
            when not is_known then 'create'
            -- SO12: lines cannot be patched, so other lines mean another order; so do lines that nobody knows
            when json_extract(changed_attributes, '$.order_lines') is not null then 'replace'
            else 'update'
        end as operation,
        remote_id,
        optiply_id,
        '{' || concat_ws(',', fields, nullif(cleared_fields, '')) || '}' as payload,
        desired_hash as payload_hash,
        case when is_known then changed_attributes end as changed_attributes,
        case
            when is_known then {{ plan_reason_for_update() | indent(12) }}
            else 'new in Exact'
        end as reason,
    from compared
    where not is_known or changed_attributes is not null
),

deleted as (
    select
        'delete' as operation,
        records.remote_id,
        records.optiply_id,
        cast(null as varchar) as payload,
        cast(null as varchar) as payload_hash,
        cast(null as varchar) as changed_attributes,
        leaving.reason,
    from records
    inner join leaving on records.remote_id = leaving.remote_id
    -- an order both desired and leaving is a contradiction of ours: an invariant fails, nothing is deleted
    anti join sell_orders on records.remote_id = sell_orders.remote_id
),

changes as (
    select operation, remote_id, optiply_id, payload, payload_hash, changed_attributes, reason from sent
    union all
    select operation, remote_id, optiply_id, payload, payload_hash, changed_attributes, reason from deleted
),

sell_order_changes as (
    select
        'sellOrders' as entity,
        changes.*,
        refusals.refusal_message,
        changes.operation = 'delete' as is_leaving,
    from changes
    left join refusals
        on
            changes.remote_id = refusals.remote_id
            and coalesce(changes.payload_hash, '') = refusals.refused_hash
)

select * from sell_order_changes
