-- Corner shop: segmentation 'mixture', version 1.
-- Definition 0000000000000000000000000000000000000000000000000000000000000000.
-- Looks from 2024-10-01: orders after it are left out. To look from another day: --as-of.
-- Makes segment_mixture_features and segment_mixture_assignments anew. For other names: --prefix.
-- Times are in Europe/Paris, amounts in EUR.
-- Scores:
--   gap_days counts as (ln(1 + x) − 3.54324084) ÷ 0.672735689, rounded half up to three decimals, where x is
--       gap_days held between 5.0 and 251.0, or 32.714286 if unknown
--   weekend_share counts as (x − 0.28744415) ÷ 0.219028933, rounded half up to three decimals, where x is
--       weekend_share held between 0.0 and 0.957698998, or 0.272727 if unknown
--   a component's likelihood is its constant less half the sum of the squares of its numbers, each rounded half
--       up to three decimals; the largest decides, of equal ones the first
--   probability is e to the power of a component's likelihood, as a share of the sum over all components
--   component 1, number 1: +1.1678 × gap_days +0.4320860
--   component 1, number 2: +1.4110 × weekend_share +0.1975400
--   component 2, number 1: +1.0908 × gap_days -0.7002936
--   component 2, number 2: +0.7460 × weekend_share -0.1812780
-- Segments:
--   Middle-of-the-road buyers: component 1 of 2 is the likeliest; it has constant +0.0442430 and its centre at
--       gap_days -0.370, weekend_share -0.140
--   Slow-rhythm buyers: component 2 of 2 is the likeliest; it has constant -1.2121575 and its centre at gap_days
--       +0.642, weekend_share +0.243

-- Needs these tables, cleaned as the study cleans them (other columns are not looked at):
--   orders: one row an order, returns apart
--     customer_id: text
--     is_return: boolean, true for what was returned or cancelled
--     ordered_at: timestamp without zone, on the shop's own clock
--     ordered_on: date, the day of ordered_at
--     amount: decimal, what the row is worth, negative for returns; null where there are no amounts

-- 1. Features: one row a customer, in these steps:
--   known_orders: what was known on the day, of those who had bought by then
--   clock_features: one row a customer. Shares of the customer's orders, 0 to 1, in the business zone: weekend
--       is Saturday and Sunday, morning ends at 12:00, evening starts at 18:00.
--   rfm_features: one row a customer. recency_days: days from the last order to as_of. orders: count, returns
--       are none. spend: study currency, net of returns; null where the orders carry no amounts.
--   purchase_days: one row a customer and day with at least one order. day_before: that customer's purchase day
--       before; null on the first. gap_days: days since then.
--   rhythm_features: one row a customer. tenure_days: days from the first order to as_of. gap_days: mean days
--       between purchase days (null with one). last_gap_days: days between the last two (null with one).
--       earlier_gap_days: mean of the gaps before that one (null with fewer than two gaps). gap_variation:
--       standard deviation of the gaps over their mean, 0 for a clock (null with fewer than two gaps): sqrt(n ×
--       sum of squares − sum²) ÷ sum, from whole numbers, so that neither their order nor rounding can matter.
DROP TABLE IF EXISTS segment_mixture_features;
CREATE TABLE segment_mixture_features AS
WITH known_orders AS (
  SELECT
    *
  FROM orders
  WHERE
    ordered_on <= CAST('2024-10-01' AS DATE)
    AND customer_id IN (SELECT customer_id FROM orders WHERE NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE))
), clock_features__stamped AS (
  SELECT
    customer_id,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', CAST('1900-01-01' AS DATE)), DATE_TRUNC('DAY', ordered_on)) % 7 AS weekday,
    EXTRACT(HOUR FROM ordered_at) AS hour_of_day
  FROM known_orders AS orders
  WHERE
    NOT is_return
), clock_features__counted AS (
  SELECT
    customer_id,
    COUNT(*) AS orders,
    CAST(SUM(CASE WHEN weekday >= 5 THEN 1 ELSE 0 END) AS DOUBLE) AS weekend,
    CAST(SUM(CASE WHEN hour_of_day < 12 THEN 1 ELSE 0 END) AS DOUBLE) AS morning,
    CAST(SUM(CASE WHEN hour_of_day >= 18 THEN 1 ELSE 0 END) AS DOUBLE) AS evening
  FROM clock_features__stamped AS stamped
  GROUP BY
    customer_id
), clock_features AS (
  SELECT
    customer_id,
    CAST(FLOOR(CAST(weekend AS DOUBLE) / orders * 1000000 + 0.5) AS DOUBLE) / 1000000 AS weekend_share,
    CAST(FLOOR(CAST(morning AS DOUBLE) / orders * 1000000 + 0.5) AS DOUBLE) / 1000000 AS morning_share,
    CAST(FLOOR(CAST(evening AS DOUBLE) / orders * 1000000 + 0.5) AS DOUBLE) / 1000000 AS evening_share
  FROM clock_features__counted AS counted
), rfm_features AS (
  SELECT
    customer_id,
    DATE_DIFF(
      'DAY',
      DATE_TRUNC('DAY', MAX(CASE WHEN is_return THEN NULL ELSE ordered_on END)),
      DATE_TRUNC('DAY', CAST('2024-10-01' AS DATE))
    ) AS recency_days,
    COUNT(CASE WHEN is_return THEN NULL ELSE 1 END) AS orders,
    SUM(amount) AS spend
  FROM known_orders AS orders
  GROUP BY
    customer_id
), purchase_days__days AS (
  SELECT
    customer_id,
    ordered_on
  FROM known_orders AS orders
  WHERE
    NOT is_return
  GROUP BY
    customer_id,
    ordered_on
), purchase_days__followed AS (
  SELECT
    customer_id,
    ordered_on,
    LAG(ordered_on) OVER (PARTITION BY customer_id ORDER BY ordered_on) AS day_before
  FROM purchase_days__days AS days
), purchase_days AS (
  SELECT
    customer_id,
    ordered_on,
    day_before,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', day_before), DATE_TRUNC('DAY', ordered_on)) AS gap_days
  FROM purchase_days__followed AS followed
), rhythm_features__gaps AS (
  SELECT
    customer_id,
    MIN(ordered_on) AS first_on,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', MAX(day_before)), DATE_TRUNC('DAY', MAX(ordered_on))) AS last_gap_days,
    COUNT(gap_days) AS gaps,
    SUM(gap_days) AS total,
    SUM(gap_days * gap_days) AS squares
  FROM purchase_days
  GROUP BY
    customer_id
), rhythm_features AS (
  SELECT
    customer_id,
    DATE_DIFF('DAY', DATE_TRUNC('DAY', first_on), DATE_TRUNC('DAY', CAST('2024-10-01' AS DATE))) AS tenure_days,
    CASE
      WHEN gaps > 0
      THEN CAST(FLOOR(CAST(total AS DOUBLE) / gaps * 1000000 + 0.5) AS DOUBLE) / 1000000
    END AS gap_days,
    last_gap_days,
    CASE
      WHEN gaps > 1
      THEN CAST(FLOOR(CAST(total - last_gap_days AS DOUBLE) / (gaps - 1) * 1000000 + 0.5) AS DOUBLE) / 1000000
    END AS earlier_gap_days,
    CASE
      WHEN gaps > 1
      THEN CAST(FLOOR(
        CAST(SQRT(CAST(gaps * squares - total * total AS DOUBLE)) AS DOUBLE) / total * 1000000 + 0.5
      ) AS DOUBLE) / 1000000
    END AS gap_variation
  FROM rhythm_features__gaps AS gaps
)
SELECT
  rfm_features.customer_id,
  rhythm_features.tenure_days,
  rhythm_features.gap_days,
  rhythm_features.last_gap_days,
  rhythm_features.earlier_gap_days,
  rhythm_features.gap_variation,
  clock_features.weekend_share
FROM rfm_features
LEFT JOIN rhythm_features
  ON rfm_features.customer_id = rhythm_features.customer_id
LEFT JOIN clock_features
  ON rfm_features.customer_id = clock_features.customer_id;

-- 2. Segments: one row a customer, by the constants of the definition; nothing is fitted here.
DROP TABLE IF EXISTS segment_mixture_assignments;
CREATE TABLE segment_mixture_assignments AS
WITH scoring_1 AS (
  SELECT
    customer_id,
    CAST(FLOOR(
      (
        LN(
          CAST(1.0 AS DOUBLE) + CASE
            WHEN COALESCE(CAST(gap_days AS DOUBLE), CAST(32.714286 AS DOUBLE)) < CAST(5.0 AS DOUBLE)
            THEN CAST(5.0 AS DOUBLE)
            WHEN COALESCE(CAST(gap_days AS DOUBLE), CAST(32.714286 AS DOUBLE)) <= CAST(251.0 AS DOUBLE)
            THEN COALESCE(CAST(gap_days AS DOUBLE), CAST(32.714286 AS DOUBLE))
            ELSE CAST(251.0 AS DOUBLE)
          END
        ) - CAST(3.54324084 AS DOUBLE)
      ) / CAST(0.672735689 AS DOUBLE) * CAST(1000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)
    ) AS BIGINT) AS p0,
    CAST(FLOOR(
      (
        CASE
          WHEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.272727 AS DOUBLE)) < CAST(0.0 AS DOUBLE)
          THEN CAST(0.0 AS DOUBLE)
          WHEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.272727 AS DOUBLE)) <= CAST(0.957698998 AS DOUBLE)
          THEN COALESCE(CAST(weekend_share AS DOUBLE), CAST(0.272727 AS DOUBLE))
          ELSE CAST(0.957698998 AS DOUBLE)
        END - CAST(0.28744415 AS DOUBLE)
      ) / CAST(0.219028933 AS DOUBLE) * CAST(1000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)
    ) AS BIGINT) AS p1
  FROM segment_mixture_features AS features
), scoring_2 AS (
  SELECT
    customer_id,
    CAST(p0 AS DOUBLE) AS p0,
    CAST(p1 AS DOUBLE) AS p1
  FROM scoring_1
), scoring_3 AS (
  SELECT
    customer_id,
    FLOOR((p0 * (11678) - (-4320860)) / CAST(10000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)) AS w0_0,
    FLOOR((p1 * (14110) - (-1975400)) / CAST(10000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)) AS w0_1,
    FLOOR((p0 * (10908) - (7002936)) / CAST(10000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)) AS w1_0,
    FLOOR((p1 * (7460) - (1812780)) / CAST(10000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)) AS w1_1
  FROM scoring_2
), scoring_4 AS (
  SELECT
    customer_id,
    (88486) - (w0_0 * w0_0 + w0_1 * w0_1) AS l0,
    (-2424315) - (w1_0 * w1_0 + w1_1 * w1_1) AS l1
  FROM scoring_3
), scoring_5 AS (
  SELECT
    customer_id,
    l0,
    l1,
    CASE WHEN l0 >= l1 THEN l0 ELSE l1 END AS most,
    CASE WHEN l0 >= l1 THEN 's1' ELSE 's2' END AS segment_id
  FROM scoring_4
), scoring_6 AS (
  SELECT
    customer_id,
    segment_id,
    CASE
      WHEN l0 - most < (-60000000)
      THEN CAST(0.0 AS DOUBLE)
      ELSE EXP((l0 - most) / CAST(2000000.0 AS DOUBLE))
    END AS e0,
    CASE
      WHEN l1 - most < (-60000000)
      THEN CAST(0.0 AS DOUBLE)
      ELSE EXP((l1 - most) / CAST(2000000.0 AS DOUBLE))
    END AS e1
  FROM scoring_5
), scoring_7 AS (
  SELECT
    customer_id,
    segment_id,
    FLOOR(CAST(1 AS DOUBLE) / (e0 + e1) * CAST(1000000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)) / CAST(1000000.0 AS DOUBLE) AS probability,
    FLOOR(CAST(e0 AS DOUBLE) / (e0 + e1) * CAST(1000000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)) / CAST(1000000.0 AS DOUBLE) AS p_s1,
    FLOOR(CAST(e1 AS DOUBLE) / (e0 + e1) * CAST(1000000.0 AS DOUBLE) + CAST(0.5 AS DOUBLE)) / CAST(1000000.0 AS DOUBLE) AS p_s2
  FROM scoring_6
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 's1'
    THEN 'Middle-of-the-road buyers'
    WHEN segment_id = 's2'
    THEN 'Slow-rhythm buyers'
  END AS segment_name,
  probability,
  CAST('0000000000000000000000000000000000000000000000000000000000000000' AS VARCHAR) AS definition,
  CAST('2024-10-01' AS DATE) AS as_of,
  p_s1,
  p_s2
FROM scoring_7;

-- 3. Profile: size and share of each segment, and its means of what the definition reads.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.gap_days AS DOUBLE)) AS mean_gap_days,
  AVG(CAST(f.weekend_share AS DOUBLE)) AS mean_weekend_share
FROM segment_mixture_assignments AS a
INNER JOIN segment_mixture_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC,
  a.segment_id;

-- 4. Validation: every customer exactly once, from orders to segments. All rows must say ok.
SELECT
  check_number,
  check_name,
  found,
  wanted,
  CASE WHEN found = wanted THEN 'ok' ELSE 'DIFFERS' END AS verdict
FROM (
  SELECT
    1 AS check_number,
    'customers with an order have features' AS check_name,
    (SELECT COUNT(*) FROM segment_mixture_features) AS found,
    (
      SELECT
        COUNT(DISTINCT customer_id)
      FROM orders
      WHERE
        NOT is_return AND ordered_on <= CAST('2024-10-01' AS DATE)
    ) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_mixture_features) AS found,
    (SELECT COUNT(*) FROM segment_mixture_features) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_mixture_assignments) AS found,
    (SELECT COUNT(*) FROM segment_mixture_features) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_mixture_assignments) AS found,
    (SELECT COUNT(*) FROM segment_mixture_assignments) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_mixture_assignments) AS found,
    (SELECT COUNT(*) FROM segment_mixture_assignments) AS wanted
) AS checks
ORDER BY
  check_number;

-- 5. Validation: every segment of the definition with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    's1' AS segment_id,
    'Middle-of-the-road buyers' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    's2' AS segment_id,
    'Slow-rhythm buyers' AS segment_name
) AS s
LEFT JOIN segment_mixture_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place;
