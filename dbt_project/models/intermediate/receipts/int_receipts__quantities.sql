-- One row per receipt of a line of a wanted buy order: its quantity in stock units (RL2, RL3).
with

receipts as (
    select remote_id, receipt_type, line_id, received_qty
    from {{ ref('int_receipts__lines') }}
),

lines as (
    select line_id, remote_id, exact_item_id, ordered_qty, ordered_qty_purchase_unit, unit_factor
    from {{ ref('int_buy_orders__lines') }}
),

documents as (
    select remote_id, supplier_remote_id
    from {{ ref('int_buy_orders__documents') }}
),

-- one row per item and supplier (SP7)
chosen as (
    select exact_supplier_item_id, exact_item_id, exact_account_id
    from {{ ref('int_supplier_products__chosen') }}
),

supplier_items as (
    select exact_supplier_item_id, try_cast(stock_units_per_purchase_unit as decimal(18, 6)) as stock_units
    from {{ ref('stg_exact__supplier_products') }}
    where stock_units_per_purchase_unit > 0  -- no factor is a factor of 1
),

factors as (
    select
        receipts.remote_id,
        receipts.received_qty,
        lines.unit_factor,
        case
            -- BO9, BO10, X9: what was made or moved is counted in the item's own unit
            when receipts.receipt_type in ('assembly', 'production', 'transfer') then 1
            else coalesce(
                nullif(lines.ordered_qty, 0) / nullif(lines.ordered_qty_purchase_unit, 0),
                supplier_items.stock_units,
                1
            )
        end as k
    from receipts
    inner join lines on receipts.line_id = lines.line_id
    inner join documents on lines.remote_id = documents.remote_id
    left join chosen
        on
            lines.exact_item_id = chosen.exact_item_id
            and documents.supplier_remote_id = chosen.exact_account_id
    left join supplier_items on chosen.exact_supplier_item_id = supplier_items.exact_supplier_item_id
),

quantities as (
    select
        remote_id,
        -- U5. To 6 decimals first: 2.5 as 2.4999999999 would round down.
        cast(received_qty * k * unit_factor as decimal(28, 6)) as received_stock_qty
    from factors
)

select remote_id, received_stock_qty, {{ whole_units('received_stock_qty') }} as quantity
from quantities
