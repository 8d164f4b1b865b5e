-- One row per supplier product that Optiply must be told about: what, why, and what holds it back.
with

changes as (
    select * from {{ ref('int_plan__supplier_product_changes') }}
),

-- what Optiply holds, or will hold before supplier products are sent
products_there as (
    {{ plan_there('products', ref('plan_optiply_products')) | indent(4) }}
),

suppliers_there as (
    {{ plan_there('suppliers', ref('plan_optiply_suppliers')) | indent(4) }}
),

waiting as (
    select
        changes.remote_id,
        case
            when products_there.remote_id is null then 'product ' || changes.product_remote_id
            else 'supplier ' || changes.supplier_remote_id
        end || ' is not in Optiply' as waiting_for,
    from changes
    left join products_there on changes.product_remote_id = products_there.remote_id
    left join suppliers_there on changes.supplier_remote_id = suppliers_there.remote_id
    where
        changes.operation in ('create', 'replace')
        and (products_there.remote_id is null or suppliers_there.remote_id is null)
),

plan_optiply_supplier_products as (
    {{ plan_rows('supplierProducts', ref('int_plan__supplier_product_brake'), waits=true) | indent(4) }}
)

select * from plan_optiply_supplier_products
