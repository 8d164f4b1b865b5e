-- One row per reason why a purchase order cannot go to Exact (X5, X12): one stops the whole order.
with

order_headers as (
    select
        optiply_buy_order_id, supplier_remote_id, supplier_name, is_supplier_in_exact, is_supplier,
        is_blocked, is_inactive
    from {{ ref('int_export__order_headers') }}
),

order_lines as (
    select
        optiply_buy_order_line_id, optiply_buy_order_id, optiply_product_id, exact_item_id, is_item_in_exact,
        item_code, is_purchase_item, is_fraction_allowed_item, is_not_yet_active, is_inactive, ordered_qty,
        ordered_units_per_purchase_unit, is_whole_multiple
    from {{ ref('int_export__order_lines') }}
),

warehouse as (
    select warehouse_name, exact_warehouse_id from {{ ref('int_export__warehouse') }}
),

deleted as (
    select stream, exact_id from {{ ref('int_deletions__rows') }}
),

suppliers_refused as (
    select
        order_headers.optiply_buy_order_id,
        'X12' as rule_id,
        case
            when order_headers.supplier_remote_id is null
                then 'supplier ' || order_headers.supplier_name || ' has no counterpart in Exact'
            when not order_headers.is_supplier_in_exact or deleted.exact_id is not null
                then 'supplier ' || order_headers.supplier_name || ' does not exist in Exact'
            when not order_headers.is_supplier
                then order_headers.supplier_name || ' is not marked as a supplier in Exact'
            when order_headers.is_blocked
                then 'supplier ' || order_headers.supplier_name || ' is blocked in Exact'
            when order_headers.is_inactive
                then 'supplier ' || order_headers.supplier_name || ' is no longer active in Exact'
        end as reason
    from order_headers
    left join deleted
        on deleted.stream = 'suppliers' and order_headers.supplier_remote_id = deleted.exact_id
),

warehouses_refused as (
    select
        order_headers.optiply_buy_order_id,
        'X5' as rule_id,
        'warehouse ' || warehouse.warehouse_name || ' (default_warehouse_id) does not exist in Exact'
            as reason
    from order_headers
    cross join warehouse
    where warehouse.exact_warehouse_id is null
),

empty_orders_refused as (
    select order_headers.optiply_buy_order_id, 'X12' as rule_id, 'the order has no lines' as reason
    from order_headers
    anti join order_lines on order_headers.optiply_buy_order_id = order_lines.optiply_buy_order_id
),

items_refused as (
    select
        order_lines.optiply_buy_order_id,
        'X12' as rule_id,
        case
            when order_lines.exact_item_id is null
                then 'product ' || order_lines.optiply_product_id || ' has no counterpart in Exact'
            when not order_lines.is_item_in_exact or deleted.exact_id is not null
                then
                    'item ' || coalesce(order_lines.item_code, order_lines.exact_item_id)
                    || ' does not exist in Exact'
            when order_lines.is_inactive
                then 'item ' || order_lines.item_code || ' is no longer active in Exact'
            when order_lines.is_not_yet_active
                then 'item ' || order_lines.item_code || ' is not yet active in Exact'
            when not order_lines.is_purchase_item
                then 'item ' || order_lines.item_code || ' is not a purchase item in Exact'
        end as reason
    from order_lines
    left join deleted
        on deleted.stream = 'items' and order_lines.exact_item_id = deleted.exact_id
),

quantities_refused as (
    select
        optiply_buy_order_id,
        if((ordered_qty > 0) is not true, 'X12', 'X3') as rule_id,
        case
            when (ordered_qty > 0) is not true
                then 'quantity of ' || coalesce(item_code, optiply_product_id) || ' is not above 0'
            when not is_whole_multiple and not is_fraction_allowed_item
                then
                    'order a multiple of ' || {{ plain_number('ordered_units_per_purchase_unit') }} || ' of '
                    || coalesce(item_code, optiply_product_id)
                    || ', not ' || {{ plain_number('ordered_qty') }}
        end as reason
    from order_lines
),

refusals as (
    select * from suppliers_refused
    union all
    select * from warehouses_refused
    union all
    select * from empty_orders_refused
    union all
    select * from items_refused
    union all
    select * from quantities_refused
)

select optiply_buy_order_id, rule_id, reason
from refusals
where reason is not null
group by all  -- two lines of one product have one reason
