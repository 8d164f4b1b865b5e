-- One row per item and item class that keeps it out of the assortment (P18).
with

items as (
    select
        exact_item_id, class_01_code, class_02_code, class_03_code, class_04_code, class_05_code,
        class_06_code, class_07_code, class_08_code, class_09_code, class_10_code
    from {{ ref('stg_exact__items') }}
),

assortments (class_name, code, status) as (
    {{ assortments_rows() }}
),

-- a class with any enabled entry is an allow-list
classes as (
    select class_name, bool_or(status = 'enabled') as is_allow_list
    from assortments
    group by all
),

item_classes as (
    select
        exact_item_id,
        unnest([
            'class_01', 'class_02', 'class_03', 'class_04', 'class_05',
            'class_06', 'class_07', 'class_08', 'class_09', 'class_10'
        ]) as class_name,
        unnest([
            class_01_code, class_02_code, class_03_code, class_04_code, class_05_code,
            class_06_code, class_07_code, class_08_code, class_09_code, class_10_code
        ]) as code
    from items
),

reasons as (
    select
        item_classes.exact_item_id,
        classes.class_name,
        item_classes.code,
        case
            when assortments.status = 'disabled' then 'is switched off'
            else 'is not in the allowed values'
        end as what
    from item_classes
    inner join classes
        on item_classes.class_name = classes.class_name
    left join assortments
        on classes.class_name = assortments.class_name and item_classes.code = assortments.code
    where
        assortments.status = 'disabled'
        or (classes.is_allow_list and assortments.status is distinct from 'enabled')
)

select
    exact_item_id,
    class_name,
    concat_ws(' ', 'assortment:', class_name, coalesce(code, 'without a value'), what) as reason
from reasons
