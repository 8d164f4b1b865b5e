-- One row with export_stock_transfers on, none without: the warehouses that stock moves between (X9). An id
-- is NULL when Exact has no warehouse of that code.
with

warehouses as (
    select exact_warehouse_id, warehouse_code
    from {{ ref('stg_exact__warehouses') }}
),

configured as (
    select
        trim({{ flag_sql('stock_transfer_from') }}) as from_name,
        trim({{ flag_sql('stock_transfer_to') }}) as to_name
    where {{ flag_sql('export_stock_transfers') }}
),

transfer_warehouses as (
    select
        configured.from_name,
        configured.to_name,
        min(warehouses.exact_warehouse_id) filter (
            where configured.from_name = warehouses.warehouse_code
            or lower(configured.from_name) = warehouses.exact_warehouse_id
        ) as from_warehouse_id,
        min(warehouses.exact_warehouse_id) filter (
            where configured.to_name = warehouses.warehouse_code
            or lower(configured.to_name) = warehouses.exact_warehouse_id
        ) as to_warehouse_id
    from configured
    left join warehouses on true
    group by all
)

select * from transfer_warehouses
