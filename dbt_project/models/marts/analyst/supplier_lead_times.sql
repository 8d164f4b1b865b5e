-- One row per supplier: the lead time that Exact plans with, against the days that receipts really took.
with

suppliers as (
    select remote_id, name from {{ ref('optiply_suppliers') }}
),

accounts as (
    select exact_account_id, purchase_lead_days from {{ ref('stg_exact__suppliers') }}
),

orders as (
    select remote_id, supplier_remote_id, placed, expected_delivery_date
    from {{ ref('optiply_buy_orders') }}
),

lines as (
    select remote_id, buy_order_remote_id, expected_delivery_date from {{ ref('optiply_buy_order_lines') }}
),

-- a return tells nothing about how long it took to come
receipts as (
    select buy_order_line_remote_id, occurred
    from {{ ref('optiply_receipt_lines') }}
    where quantity > 0
),

dated as (
    select
        orders.supplier_remote_id,
        cast(try_cast(receipts.occurred as timestamp) as date) as received_date,
        cast(try_cast(orders.placed as timestamp) as date) as ordered_date,
        coalesce(lines.expected_delivery_date, orders.expected_delivery_date) as expected_delivery_date
    from receipts
    inner join lines on receipts.buy_order_line_remote_id = lines.remote_id
    inner join orders on lines.buy_order_remote_id = orders.remote_id
),

deliveries as (
    select
        supplier_remote_id,
        received_date - ordered_date as lead_days,
        received_date > cast(try_cast(expected_delivery_date as timestamp) as date) as is_late
    from dated
),

measured as (
    select
        supplier_remote_id,
        count(*) as receipt_count,
        cast(median(lead_days) as decimal(18, 1)) as median_days,
        cast(avg(lead_days) as decimal(18, 1)) as average_days,
        cast(max(lead_days) as integer) as slowest_days,
        cast(100 * avg(cast(is_late as integer)) as decimal(5, 1)) as late_pct
    from deliveries
    group by supplier_remote_id
)

select
    suppliers.remote_id as supplier_remote_id,
    suppliers.name as supplier_name,
    accounts.purchase_lead_days as planned_days,
    coalesce(measured.receipt_count, 0) as receipt_count,
    measured.median_days,
    measured.average_days,
    measured.slowest_days,
    measured.late_pct,
    cast(measured.median_days - accounts.purchase_lead_days as decimal(18, 1)) as days_over_plan
from suppliers
left join accounts on suppliers.remote_id = accounts.exact_account_id
left join measured on suppliers.remote_id = measured.supplier_remote_id
