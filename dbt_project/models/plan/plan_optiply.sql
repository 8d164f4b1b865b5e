-- One row per record that Optiply must be told about, of all entities: the whole plan.
with

plan_optiply as (
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        payload,
        payload_hash,
        changed_attributes,
        reason,
        blocked_by,
    from {{ ref('plan_optiply_products') }}
    union all
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        payload,
        payload_hash,
        changed_attributes,
        reason,
        blocked_by,
    from {{ ref('plan_optiply_suppliers') }}
    union all
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        payload,
        payload_hash,
        changed_attributes,
        reason,
        blocked_by,
    from {{ ref('plan_optiply_supplier_products') }}
    union all
    select
        entity,
        operation,
        remote_id,
        optiply_id,
        payload,
        payload_hash,
        changed_attributes,
        reason,
        blocked_by,
    from {{ ref('plan_optiply_sell_orders') }}
    union all
    select entity, operation, remote_id, optiply_id, payload, payload_hash, changed_attributes, reason, blocked_by
    from {{ ref('plan_optiply_buy_orders') }}
    union all
    select entity, operation, remote_id, optiply_id, payload, payload_hash, changed_attributes, reason, blocked_by
    from {{ ref('plan_optiply_buy_order_lines') }}
    union all
    select entity, operation, remote_id, optiply_id, payload, payload_hash, changed_attributes, reason, blocked_by
    from {{ ref('plan_optiply_receipt_lines') }}
)

select * from plan_optiply
