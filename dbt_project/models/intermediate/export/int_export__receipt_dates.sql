-- One row per unsent order: the day on which its goods are expected, counted from the sync day (X2).
with

unsent_orders as (
    select optiply_buy_order_id, optiply_supplier_id
    from {{ ref('int_export__unsent_orders') }}
),

optiply_suppliers as (
    select optiply_supplier_id, delivery_time_days
    from {{ ref('stg_optiply__suppliers') }}
),

next_working_day as (
    select next_working_date
    from {{ ref('int_export__next_working_day') }}
),

receipt_dates as (
    select
        unsent_orders.optiply_buy_order_id,
        -- calendar days; 0 days says as little as none
        if(
            optiply_suppliers.delivery_time_days > 0,
            {{ as_of() }} + cast(optiply_suppliers.delivery_time_days as integer),
            next_working_day.next_working_date
        ) as receipt_date
    from unsent_orders
    cross join next_working_day
    left join optiply_suppliers on unsent_orders.optiply_supplier_id = optiply_suppliers.optiply_supplier_id
)

select * from receipt_dates
