-- One row per buy order of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('buyOrders') %}
with

buy_orders as (
    select
        remote_id, placed, completed, supplier_remote_id, total_value, expected_delivery_date, assembly,
        {{ plan_fields(attributes) | indent(8) }} as fields,
    from {{ ref('optiply_buy_orders') }}
    where {{ plan_is_on('buyOrders') }}
),

-- C8: only evidence removes a buy order; one that is merely absent from the mart stays
leaving as (
    select remote_id, string_agg(reason, ', ' order by reason) as reason
    from {{ ref('int_buy_orders__orders_leaving') }}
    where {{ plan_is_on('buyOrders') }}
    group by remote_id
),

records as (
    select remote_id, optiply_id, payload, payload_hash
    from {{ source('ledger', 'records') }}
    where entity = 'buyOrders'
),

-- BO6, BO7: of an order that we exported, the supplier that Exact accepted is known before its payload is
exports as (
    select exact_id, any_value(supplier_remote_id) as supplier_remote_id
    from {{ source('ledger', 'exports') }}
    group by exact_id
),

refusals as (
    select remote_id, refused_hash, refusal_message
    from {{ ref('int_plan__refusals') }}
    where target = 'optiply' and entity = 'buyOrders'
),

suspects as (
    select
        buy_orders.*,
        md5('{' || buy_orders.fields || '}') as desired_hash,
        records.optiply_id,
        records.remote_id is not null as is_known,
        records.remote_id is not null and records.payload is null as is_known_by_id_only,
        cast(records.payload as json) as accepted_payload,
        exports.supplier_remote_id as exported_supplier_remote_id,
    from buy_orders
    left join records on buy_orders.remote_id = records.remote_id
    left join exports on buy_orders.remote_id = exports.exact_id
    -- C7: equal hashes settle nearly every row without a look into the JSON
    where
        records.payload is null
        or records.payload_hash is distinct from md5('{' || buy_orders.fields || '}')
),

compared as (
    select
        *,
        {{ plan_changed_attributes(attributes) | indent(8) }} as changed_attributes,
        {{ plan_cleared_fields(attributes) | indent(8) }} as cleared_fields,
        coalesce(
            coalesce(
                json_extract_string(accepted_payload, '$.supplier_remote_id'), exported_supplier_remote_id
            ) != supplier_remote_id,
            false
        ) as is_another,
    from suspects
),

sent as (
    select
        case
            when not is_known then 'create'
            -- BO6: an order cannot move to another supplier
            when is_another then 'replace'
            else 'update'
        end as operation,
        remote_id, optiply_id,
        '{' || concat_ws(',', fields, nullif(cleared_fields, '')) || '}' as payload,
        desired_hash as payload_hash,
        case when is_known then changed_attributes end as changed_attributes,
        case when is_known then {{ plan_reason_for_update() | indent(8) }} else 'new in Exact' end as reason,
        supplier_remote_id,
    from compared
    where not is_known or changed_attributes is not null
),

changes as (
    select * from sent
    union all by name
    select 'delete' as operation, records.remote_id, records.optiply_id, leaving.reason
    from records
    inner join leaving on records.remote_id = leaving.remote_id
    -- both desired and leaving is a contradiction of ours: an invariant fails, nothing is deleted
    anti join buy_orders on records.remote_id = buy_orders.remote_id
),

buy_order_changes as (
    select
        'buyOrders' as entity,
        changes.*,
        refusals.refusal_message,
        changes.operation = 'delete' as is_leaving,
    from changes
    left join refusals
        on
            changes.remote_id = refusals.remote_id
            and coalesce(changes.payload_hash, '') = refusals.refused_hash
)

select * from buy_order_changes
