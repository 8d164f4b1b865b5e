-- One row per record that Optiply must be told about, of all entities: the whole plan.
with

plan_optiply as (
    {%- for entity in [
        'products', 'product_compositions', 'suppliers', 'supplier_products', 'sell_orders', 'buy_orders',
        'buy_order_lines', 'receipt_lines',
    ] %}
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
        from {{ ref('plan_optiply_' ~ entity) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from plan_optiply
