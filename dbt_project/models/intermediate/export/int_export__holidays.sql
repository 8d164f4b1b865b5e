-- One row per public holiday of this year and the next in the country of working_day_holidays (X2); none
-- without it.
{%- set holidays = public_holidays(flag('working_day_holidays')) %}
with

years as (
    select year({{ as_of() }}) + unnest([0, 1]) as year
),

-- Easter Sunday by the Gregorian computus of Meeus, Jones and Butcher; // divides without rest
century_parts as (
    select year, year % 19 as a, year // 100 as b, year % 100 as c
    from years
),

epacts as (
    select year, a, b, c, (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30 as h
    from century_parts
),

weekdays as (
    select year, a, h, (32 + 2 * (b % 4) + 2 * (c // 4) - h - c % 4) % 7 as l
    from epacts
),

easters as (
    select year, h + l - 7 * ((a + 11 * h + 22 * l) // 451) + 114 as n
    from weekdays
),

easter_sundays as (
    select year, make_date(year, n // 31, n % 31 + 1) as easter_date
    from easters
),

holidays as (
    select cast(year || '-' || month_and_day as date) as holiday_date
    from years
    cross join unnest(cast({{ literal(holidays.fixed) }} as varchar[])) as fixed (month_and_day)

    union

    select easter_date + days_from_easter as holiday_date
    from easter_sundays
    cross join unnest(cast({{ literal(holidays.from_easter) }} as integer[])) as moving (days_from_easter)
    {%- if holidays.dutch %}

        union

        -- King's Day moves to Saturday when it falls on a Sunday
        select make_date(year, 4, if(isodow(make_date(year, 4, 27)) = 7, 26, 27)) as holiday_date
        from years

        union

        -- Liberation Day is a day off once in five years
        select make_date(year, 5, 5) as holiday_date
        from years
        where year % 5 = 0
    {%- endif %}
)

select * from holidays
