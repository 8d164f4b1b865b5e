-- One row per record, or part of one, that is left out, changed or waiting on its way, and why (C9).
{%- set topics = [
    'int_quality__products',
    'int_quality__product_compositions',
    'int_quality__wms_stock',
    'int_quality__suppliers',
    'int_quality__supplier_products',
    'int_quality__supplier_products_waiting',
    'int_quality__sell_orders',
    'int_quality__sell_order_products',
    'int_quality__purchase_orders',
    'int_quality__buy_orders',
    'int_quality__buy_orders_waiting',
    'int_quality__receipt_lines',
] %}
with

data_quality as (
    {%- for topic in topics %}
        select entity, remote_id, rule_id, reason, severity
        from {{ ref(topic) }}
        {{ 'union all' if not loop.last }}
    {%- endfor %}
)

select * from data_quality
