-- One row with export_stock_transfers on, none without: the warehouses that stock moves between (X9). An id
-- is NULL when Exact has no warehouse of that code.
with

warehouses as (
    select warehouse_name, exact_warehouse_id
    from {{ ref('int_warehouses__named') }}
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
        sources.exact_warehouse_id as from_warehouse_id,
        destinations.exact_warehouse_id as to_warehouse_id
    from configured
    left join warehouses as sources on lower(configured.from_name) = sources.warehouse_name
    left join warehouses as destinations on lower(configured.to_name) = destinations.warehouse_name
)

select * from transfer_warehouses
