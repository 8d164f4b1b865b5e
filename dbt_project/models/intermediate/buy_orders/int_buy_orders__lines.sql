-- One row per line of a wanted buy order, in one form for all: an assembly or shop order is its own line.
with

wanted as (
    select remote_id
    from {{ ref('int_buy_orders__verdicts') }}
    where verdict = 'wanted'
),

purchase_order_lines as (
    select
        exact_purchase_order_line_id, exact_purchase_order_id, line_number, exact_item_id, ordered_qty,
        ordered_qty_purchase_unit, amount_fc, amount_dc, vat_amount_fc, receipt_date, modified_at,
        row_version
    from {{ ref('stg_exact__purchase_order_lines') }}
),

assembly_orders as (
    select exact_assembly_order_id, exact_item_id, planned_qty, assembly_date
    from {{ ref('stg_exact__assembly_orders') }}
),

internal_lines as (
    select line_id, remote_id, line_number, exact_item_id, ordered_qty, amount, expected_date, is_deleted
    from {{ ref('int_buy_orders__internal_lines') }}
),

deleted as (
    select deleted_key, deleted_at, row_version
    from {{ ref('int_buy_orders__deleted_keys') }}
    where document_type = 'purchase_order'
),

-- C8: a complete read did not bring them again
gone as (
    select row_key
    from {{ source('runs', 'rows_gone') }}
    where source = 'exact' and stream = 'purchase_order_lines'
),

unit_factors as (
    select exact_item_id, unit_factor
    from {{ ref('int_units__item_factors') }}
),

lines as (
    select
        purchase_order_lines.exact_purchase_order_line_id as line_id,
        purchase_order_lines.exact_purchase_order_id as remote_id,
        purchase_order_lines.line_number,
        purchase_order_lines.exact_item_id,
        purchase_order_lines.ordered_qty,
        purchase_order_lines.ordered_qty_purchase_unit,
        purchase_order_lines.amount_fc,
        purchase_order_lines.amount_dc,
        purchase_order_lines.vat_amount_fc,
        purchase_order_lines.receipt_date as expected_date,
        -- BO4
        gone.row_key is not null
        or (
            deleted.deleted_key is not null
            and not {{ is_older_delete('deleted', 'purchase_order_lines') }}
        ) as is_deleted
    from purchase_order_lines
    left join deleted on purchase_order_lines.exact_purchase_order_line_id = deleted.deleted_key
    left join gone on purchase_order_lines.exact_purchase_order_line_id = gone.row_key

    union all

    select
        exact_assembly_order_id as line_id, exact_assembly_order_id as remote_id, 1 as line_number,
        exact_item_id, planned_qty as ordered_qty, null as ordered_qty_purchase_unit,
        0 as amount_fc, 0 as amount_dc, 0 as vat_amount_fc, assembly_date as expected_date,
        false as is_deleted
    from assembly_orders

    union all

    select
        line_id, remote_id, line_number, exact_item_id, ordered_qty, null as ordered_qty_purchase_unit,
        amount as amount_fc, amount as amount_dc, 0 as vat_amount_fc, expected_date, is_deleted
    from internal_lines
),

wanted_lines as (
    select
        lines.*,
        cast(coalesce(unit_factors.unit_factor, 1) as decimal(18, 6)) as unit_factor,
        -- U5, the only place that converts buy order quantities
        lines.ordered_qty * cast(coalesce(unit_factors.unit_factor, 1) as decimal(18, 6)) as ordered_stock_qty
    from lines
    semi join wanted on lines.remote_id = wanted.remote_id
    left join unit_factors on lines.exact_item_id = unit_factors.exact_item_id
)

select * from wanted_lines
