-- One row per name (code or id, in lower case) that a flag may give a warehouse: the warehouse that it means.
with

warehouses as (
    select exact_warehouse_id, warehouse_code, division_code from {{ ref('stg_exact__warehouses') }}
),

-- items are read from the tenant's own division alone
own_divisions as (
    select distinct division_code from {{ ref('stg_exact__items') }}
),

usable as (
    select
        warehouses.exact_warehouse_id,
        warehouses.warehouse_code,
        own_divisions.division_code is not null or warehouses.division_code is null as is_own
    from warehouses
    left join own_divisions on warehouses.division_code = own_divisions.division_code
    where
        {{ flag_sql('dont_use_current_division') }}
        or own_divisions.division_code is not null
        or warehouses.division_code is null
        -- without an item nothing tells which division is the tenant's
        or (select count(*) from {{ ref('stg_exact__items') }}) = 0
),

names as (
    select lower(warehouse_code) as warehouse_name, exact_warehouse_id, is_own
    from usable
    where warehouse_code is not null
    union all
    select exact_warehouse_id as warehouse_name, exact_warehouse_id, is_own
    from usable
),

-- every division may have a warehouse 1: the own one is meant
chosen as (
    select warehouse_name, exact_warehouse_id
    from names
    qualify row_number() over (
        partition by warehouse_name order by is_own desc, exact_warehouse_id asc
    ) = 1
)

select * from chosen
