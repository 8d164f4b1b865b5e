-- One row per item that heads a composition in the BOM source that the tenant chose (P4).
with

composed_items as (
    select exact_item_id, bom_source from {{ ref('int_products__composed_items') }}
)

select exact_item_id
from composed_items
where
    bom_source
    = case when {{ flag_sql('use_bill_of_materials_versions') }} then 'versions' else 'assembly' end
