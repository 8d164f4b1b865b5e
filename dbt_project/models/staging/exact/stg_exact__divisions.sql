-- One row per division (administration) that the connected user can see.
select
    code as division_code,
    {{ clean_text('description') }} as division_name,
    upper({{ clean_text('currency') }}) as currency_code,
    {{ instant('division_move_date') }} as division_moved_at,
    {{ instant('division_hr_link_unlink_date') }} as division_hr_linked_or_unlinked_at,
    {{ instant('modified') }} as modified_at
from {{ source('raw_exact', 'divisions') }}
