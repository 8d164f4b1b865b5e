-- One row per unsent order with an item or a supplier that Exact holds: when the latest of them was changed
-- there. What Exact has refused is tried again after that (X12).
with

order_headers as (
    select optiply_buy_order_id, supplier_remote_id
    from {{ ref('int_export__order_headers') }}
),

lines as (
    select optiply_buy_order_id, exact_item_id
    from {{ ref('int_export__order_lines') }}
    union all
    select optiply_buy_order_id, exact_item_id
    from {{ ref('int_export__internal_lines') }}
),

accounts as (
    select exact_account_id, modified_at
    from {{ ref('stg_exact__suppliers') }}
),

items as (
    select exact_item_id, modified_at
    from {{ ref('stg_exact__items') }}
),

-- prices, VAT code and unit of the item at this supplier
supplier_items as (
    select exact_item_id, exact_account_id, modified_at
    from {{ ref('stg_exact__supplier_products') }}
),

changes as (
    select order_headers.optiply_buy_order_id, accounts.modified_at
    from order_headers
    inner join accounts on order_headers.supplier_remote_id = accounts.exact_account_id

    union all

    select lines.optiply_buy_order_id, items.modified_at
    from lines
    inner join items on lines.exact_item_id = items.exact_item_id

    union all

    select lines.optiply_buy_order_id, supplier_items.modified_at
    from lines
    inner join order_headers on lines.optiply_buy_order_id = order_headers.optiply_buy_order_id
    inner join supplier_items
        on
            lines.exact_item_id = supplier_items.exact_item_id
            and order_headers.supplier_remote_id = supplier_items.exact_account_id
),

order_versions as (
    select optiply_buy_order_id, max(modified_at) as changed_at
    from changes
    group by all
)

select * from order_versions
