-- One row per sell order of which Optiply does not hold what it should, whatever may hold the row back.
{%- set attributes = plan_attributes('sellOrders') %}
with

desired as (
    select *, {{ plan_fields(attributes) | indent(4) }} as fields
    from {{ ref('optiply_sell_orders') }}
    where {{ plan_is_on('sellOrders') }}
),

compared as (
    {{ plan_compared('sellOrders', attributes) | indent(4) }}
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
        {{ plan_payload() }} as payload,
        payload_hash,
        case when is_known then changed_attributes end as changed_attributes,
        case when is_known then {{ plan_reason_for_update() | indent(8) }} else 'new in Exact' end as reason,
    from compared
    where not is_known or changed_attributes is not null
),

sell_order_changes as (
    {{ plan_with_deletes('sellOrders', ref('int_orders__sell_orders_leaving'), 'sellOrders') | indent(4) }}
)

select * from sell_order_changes
