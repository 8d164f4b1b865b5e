-- One row, none without a default warehouse: the Exact warehouse that purchase orders name (X5). Its id is
-- NULL when Exact has no warehouse of the configured code.
with

warehouses as (
    select warehouse_name, exact_warehouse_id
    from {{ ref('int_warehouses__named') }}
),

configured as (
    select
        lower({{ flag_sql('warehouse_uuid') }}) as warehouse_uuid,
        trim({{ flag_sql('default_warehouse_id') }}) as warehouse_name
),

warehouse as (
    select
        configured.warehouse_name,
        coalesce(configured.warehouse_uuid, warehouses.exact_warehouse_id) as exact_warehouse_id
    from configured
    left join warehouses on lower(configured.warehouse_name) = warehouses.warehouse_name
    where configured.warehouse_uuid is not null or configured.warehouse_name is not null
)

select * from warehouse
