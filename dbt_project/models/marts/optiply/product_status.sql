-- One row per Exact item: is its product enabled, and if not, why. For people; nothing is sent from here.
with

statuses as (
    select exact_item_id, status, status_reasons, rule_ids from {{ ref('int_status__products') }}
),

texts as (
    select exact_item_id, product_name, sku_code from {{ ref('int_products__texts') }}
)

select
    statuses.exact_item_id,
    texts.sku_code as sku,
    texts.product_name as name,
    statuses.status,
    statuses.status_reasons as reasons,
    statuses.rule_ids
from statuses
inner join texts
    on statuses.exact_item_id = texts.exact_item_id
