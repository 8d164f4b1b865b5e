-- One row per unsent Optiply buy order that goes to Exact as a purchase order: its supplier and its dates.
with

unsent_orders as (
    select optiply_buy_order_id, optiply_supplier_id, placed_date
    from {{ ref('int_export__unsent_orders') }}
    where route = 'purchase_order'  -- the others are in int_export__internal_lines
),

optiply_suppliers as (
    select optiply_supplier_id, supplier_name
    from {{ ref('stg_optiply__suppliers') }}
),

exact_ids as (
    select optiply_id, remote_id
    from {{ ref('int_export__exact_ids') }}
    where entity = 'suppliers'
),

accounts as (
    select
        exact_account_id, account_name, is_supplier, is_blocked, end_date, purchase_currency_code,
        exact_account_manager_id, division_code
    from {{ ref('stg_exact__suppliers') }}
),

divisions as (
    select division_code, currency_code
    from {{ ref('stg_exact__divisions') }}
),

receipt_dates as (
    select optiply_buy_order_id, receipt_date
    from {{ ref('int_export__receipt_dates') }}
),

order_headers as (
    select
        unsent_orders.optiply_buy_order_id,
        unsent_orders.placed_date,
        exact_ids.remote_id as supplier_remote_id,
        coalesce(accounts.account_name, optiply_suppliers.supplier_name, unsent_orders.optiply_supplier_id)
            as supplier_name,
        accounts.exact_account_id is not null as is_supplier_in_exact,
        coalesce(accounts.is_supplier, false) as is_supplier,
        coalesce(accounts.is_blocked, false) as is_blocked,
        coalesce(accounts.end_date < {{ as_of() }}, false) as is_inactive,
        accounts.exact_account_manager_id,
        divisions.currency_code as division_currency_code,
        coalesce(accounts.purchase_currency_code, divisions.currency_code) as purchase_currency_code,
        receipt_dates.receipt_date
    from unsent_orders
    inner join receipt_dates on unsent_orders.optiply_buy_order_id = receipt_dates.optiply_buy_order_id
    left join optiply_suppliers on unsent_orders.optiply_supplier_id = optiply_suppliers.optiply_supplier_id
    left join exact_ids on unsent_orders.optiply_supplier_id = exact_ids.optiply_id
    left join accounts on exact_ids.remote_id = accounts.exact_account_id
    left join divisions on accounts.division_code = divisions.division_code
)

select * from order_headers
