-- RFM, each metric in 5 bands, fitted and assigned inside the warehouse.
-- Reads analytics.customer_orders, one row an order:
--   customer: customer_id
--   date: order_date
--   amount: order_amount
-- The date must be a date, or a timestamp on the shop's own clock: a time zone may move the day.
-- Looks from the day of the last order in the table.
-- Makes segment_features and segment_assignments anew, and segment_cut_points once. For other names: --prefix.
-- Segments by scheme eleven; scores run from 1, worst, to 5, best:
--   Champions: R is 5 and F is 4 to 5 and M is 4 to 5; or R is 4 and F is 5 and M is 4 to 5; or R is 4 and F is
--       4 and M is 5
--   Loyal: R is 5 and F is 4 and M is 3; or R is 3 to 4 and F is 4 and M is 4; or R is 3 to 4 and F is 3 and M
--       is 5; or R is 3 and F is 4 to 5 and M is 4 to 5
--   Potential Loyalist: R is 3 to 5 and F is 5 and M is 1 to 3; or R is 4 to 5 and F is 3 to 4 and M is 1 to 2;
--       or R is 4 to 5 and F is 3 and M is 1 to 3; or R is 3 to 4 and F is 2 and M is 3; or R is 3 and F is 4
--       and M is 1 to 2; or R is 3 and F is 2 to 3 and M is 3
--   New Customers: R is 4 to 5 and F is 1 and M is 1 to 2; or R is 4 and F is 1 to 2 and M is 1 to 2; or R is 3
--       and F is 1 and M is 1
--   Promising: R is 5 and F is 2; or R is 3 to 5 and F is 1 and M is 3 to 5; or R is 4 and F is 1 to 2 and M is
--       4 to 5
--   Need Attention: R is 5 and F is 3 and M is 4 to 5; or R is 3 to 4 and F is 4 and M is 3; or R is 3 to 4 and
--       F is 3 and M is 4; or R is 3 and F is 2 and M is 4 to 5
--   About To Sleep: R is 2 to 3 and F is 2 to 3 and M is 1; or R is 3 and F is 1 and M is 2; or R is 2 and F is
--       2 to 5 and M is 1; or R is 2 and F is 1 and M is 3
--   At Risk: R is 2 and F is 4 to 5 and M is 2 to 5; or R is 1 to 2 and F is 2 to 3 and M is 4 to 5; or R is 1
--       and F is 4 to 5 and M is 2 to 3; or R is 1 and F is 2 to 4 and M is 5; or R is 1 and F is 3 and M is 3
--   Cannot Lose Them: R is 1 to 2 and F is 1 and M is 4 to 5; or R is 1 and F is 5 and M is 4 to 5; or R is 1
--       and F is 4 and M is 4; or R is 1 and F is 1 and M is 3
--   Hibernating: R is 1 to 3 and F is 2 to 3 and M is 2; or R is 2 and F is 2 to 3 and M is 2 to 3; or R is 2
--       and F is 1 and M is 1 to 2; or R is 1 and F is 2 and M is 2 to 3
--   Lost: R is 1 and M is 1; or R is 1 and F is 1 and M is 1 to 2
-- What differs from `regulars run`: nothing is cleaned but what step 1 lists. Repeats, test orders, postage and
--     fees, opted-out customers and the business zone are yours to see to before.

-- 1. What is read: every row of the table, by what becomes of it.
WITH order_rows AS (
  SELECT
    o.customer_id AS customer_id,
    CAST(o.order_date AS DATE) AS ordered_on,
    CAST(o.order_amount AS DECIMAL(18, 4)) AS amount,
    CASE
      WHEN o.customer_id IS NULL OR TRIM(CAST(o.customer_id AS VARCHAR)) = ''
      THEN 'no customer'
      WHEN CAST(o.order_date AS DATE) IS NULL
      THEN 'no date'
      WHEN o.order_amount IS NULL
      THEN 'no amount'
      WHEN o.order_amount = 0
      THEN 'worth nothing'
    END AS reason
  FROM analytics.customer_orders AS o
)
SELECT
  COALESCE(reason, 'used') AS what,
  COUNT(*) AS order_rows
FROM order_rows
GROUP BY
  COALESCE(reason, 'used')
ORDER BY
  what;

-- 2. Features: one row a customer with an order; who only returned is left out. A row below zero is a return: it
--     lowers what was spent and is no order. Rows worth nothing are left out. Amounts are read to four decimals.
--   order_frequency: orders placed
--   total_spent: what was bought less what was returned
--   last_order_date: day of the last order
--   Scored: R recency_days, F order_frequency, M total_spent.
DROP TABLE IF EXISTS segment_features;
CREATE TABLE segment_features AS
WITH order_rows AS (
  SELECT
    o.customer_id AS customer_id,
    CAST(o.order_date AS DATE) AS ordered_on,
    CAST(o.order_amount AS DECIMAL(18, 4)) AS amount,
    CASE
      WHEN o.customer_id IS NULL OR TRIM(CAST(o.customer_id AS VARCHAR)) = ''
      THEN 'no customer'
      WHEN CAST(o.order_date AS DATE) IS NULL
      THEN 'no date'
      WHEN o.order_amount IS NULL
      THEN 'no amount'
      WHEN o.order_amount = 0
      THEN 'worth nothing'
    END AS reason
  FROM analytics.customer_orders AS o
), used_rows AS (
  SELECT
    customer_id,
    ordered_on,
    amount,
    CASE WHEN amount < 0 THEN 1 ELSE 0 END AS is_return
  FROM order_rows
  WHERE
    reason IS NULL
), features__bought AS (
  SELECT
    customer_id,
    MAX(CASE WHEN is_return = 0 THEN ordered_on END) AS last_on,
    MIN(CASE WHEN is_return = 0 THEN ordered_on END) AS first_on,
    SUM(1 - is_return) AS orders,
    SUM(amount) AS spend
  FROM used_rows
  GROUP BY
    customer_id
  HAVING
    SUM(1 - is_return) > 0
), features__the_day AS (
  SELECT
    (SELECT MAX(ordered_on) FROM used_rows) AS as_of
)
SELECT
  customer_id,
  orders AS order_frequency,
  spend AS total_spent,
  last_on AS last_order_date,
  DATEDIFF(DAY, last_on, as_of) AS recency_days,
  as_of
FROM features__bought AS bought
CROSS JOIN features__the_day AS the_day;

-- 3. Cut points: fitted once and kept, so that segments mean the same tomorrow. Cut k of 5 is the smallest value
--     with at least k/5 of the customers at or below it: counted, not interpolated, and equal customers score
--     equally. A second run leaves them as they are. The row says what it was fitted on: with cut points of
--     another table, of other columns or metrics, nobody gets a segment, and validation says DIFFERS; with those
--     of other bands the script stops, for their columns are others. To keep several side by side: --prefix. To
--     fit anew: drop table segment_cut_points, and run the script again. Keep a copy of the row: it is the
--     definition.
CREATE TABLE IF NOT EXISTS segment_cut_points (
  recency_days_1_of_5 BIGINT,
  recency_days_2_of_5 BIGINT,
  recency_days_3_of_5 BIGINT,
  recency_days_4_of_5 BIGINT,
  order_frequency_1_of_5 BIGINT,
  order_frequency_2_of_5 BIGINT,
  order_frequency_3_of_5 BIGINT,
  order_frequency_4_of_5 BIGINT,
  total_spent_1_of_5 DECIMAL(18, 4),
  total_spent_2_of_5 DECIMAL(18, 4),
  total_spent_3_of_5 DECIMAL(18, 4),
  total_spent_4_of_5 DECIMAL(18, 4),
  customers BIGINT,
  fitted_on DATE,
  fitted_table VARCHAR(MAX),
  fitted_columns VARCHAR(MAX),
  fitted_metrics VARCHAR(MAX)
);
INSERT INTO segment_cut_points (
  recency_days_1_of_5,
  recency_days_2_of_5,
  recency_days_3_of_5,
  recency_days_4_of_5,
  order_frequency_1_of_5,
  order_frequency_2_of_5,
  order_frequency_3_of_5,
  order_frequency_4_of_5,
  total_spent_1_of_5,
  total_spent_2_of_5,
  total_spent_3_of_5,
  total_spent_4_of_5,
  customers,
  fitted_on,
  fitted_table,
  fitted_columns,
  fitted_metrics
)
SELECT
  recency_days_1_of_5,
  recency_days_2_of_5,
  recency_days_3_of_5,
  recency_days_4_of_5,
  order_frequency_1_of_5,
  order_frequency_2_of_5,
  order_frequency_3_of_5,
  order_frequency_4_of_5,
  total_spent_1_of_5,
  total_spent_2_of_5,
  total_spent_3_of_5,
  total_spent_4_of_5,
  seen.customers,
  seen.fitted_on,
  'analytics.customer_orders',
  'customer customer_id, date order_date, amount order_amount',
  'R recency_days, F order_frequency, M total_spent'
FROM (
  SELECT
    MIN(CASE WHEN up_to * 5 >= everybody * 1 THEN recency_days END) AS recency_days_1_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 2 THEN recency_days END) AS recency_days_2_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 3 THEN recency_days END) AS recency_days_3_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 4 THEN recency_days END) AS recency_days_4_of_5
  FROM (
    SELECT
      recency_days,
      SUM(customers) OVER (
        ORDER BY recency_days NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS up_to,
      SUM(customers) OVER () AS everybody
    FROM (SELECT recency_days, COUNT(*) AS customers FROM segment_features GROUP BY recency_days) AS counted
  ) AS running
) AS r_cuts
CROSS JOIN (
  SELECT
    MIN(CASE WHEN up_to * 5 >= everybody * 1 THEN order_frequency END) AS order_frequency_1_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 2 THEN order_frequency END) AS order_frequency_2_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 3 THEN order_frequency END) AS order_frequency_3_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 4 THEN order_frequency END) AS order_frequency_4_of_5
  FROM (
    SELECT
      order_frequency,
      SUM(customers) OVER (
        ORDER BY order_frequency NULLS FIRST
        ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW
      ) AS up_to,
      SUM(customers) OVER () AS everybody
    FROM (
      SELECT
        order_frequency,
        COUNT(*) AS customers
      FROM segment_features
      GROUP BY
        order_frequency
    ) AS counted
  ) AS running
) AS f_cuts
CROSS JOIN (
  SELECT
    MIN(CASE WHEN up_to * 5 >= everybody * 1 THEN total_spent END) AS total_spent_1_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 2 THEN total_spent END) AS total_spent_2_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 3 THEN total_spent END) AS total_spent_3_of_5,
    MIN(CASE WHEN up_to * 5 >= everybody * 4 THEN total_spent END) AS total_spent_4_of_5
  FROM (
    SELECT
      total_spent,
      SUM(customers) OVER (ORDER BY total_spent NULLS FIRST ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS up_to,
      SUM(customers) OVER () AS everybody
    FROM (SELECT total_spent, COUNT(*) AS customers FROM segment_features GROUP BY total_spent) AS counted
  ) AS running
) AS m_cuts
CROSS JOIN (SELECT COUNT(*) AS customers, MAX(as_of) AS fitted_on FROM segment_features) AS seen
WHERE
  seen.customers > 0 AND NOT EXISTS(
    SELECT
      1
    FROM segment_cut_points
  );

-- 4. Segments: one row a customer, by the cut points that are kept.
DROP TABLE IF EXISTS segment_assignments;
CREATE TABLE segment_assignments AS
WITH scoring_1 AS (
  SELECT
    f.customer_id,
    f.as_of,
    c.fitted_on,
    CASE
      WHEN f.recency_days <= c.recency_days_1_of_5
      THEN 5
      WHEN f.recency_days <= c.recency_days_2_of_5
      THEN 4
      WHEN f.recency_days <= c.recency_days_3_of_5
      THEN 3
      WHEN f.recency_days <= c.recency_days_4_of_5
      THEN 2
      ELSE 1
    END AS r_score,
    CASE
      WHEN f.order_frequency <= c.order_frequency_1_of_5
      THEN 1
      WHEN f.order_frequency <= c.order_frequency_2_of_5
      THEN 2
      WHEN f.order_frequency <= c.order_frequency_3_of_5
      THEN 3
      WHEN f.order_frequency <= c.order_frequency_4_of_5
      THEN 4
      ELSE 5
    END AS f_score,
    CASE
      WHEN f.total_spent <= c.total_spent_1_of_5
      THEN 1
      WHEN f.total_spent <= c.total_spent_2_of_5
      THEN 2
      WHEN f.total_spent <= c.total_spent_3_of_5
      THEN 3
      WHEN f.total_spent <= c.total_spent_4_of_5
      THEN 4
      ELSE 5
    END AS m_score
  FROM segment_features AS f
  CROSS JOIN segment_cut_points AS c
  WHERE
    c.fitted_table = 'analytics.customer_orders'
    AND c.fitted_columns = 'customer customer_id, date order_date, amount order_amount'
    AND c.fitted_metrics = 'R recency_days, F order_frequency, M total_spent'
), scoring_2 AS (
  SELECT
    customer_id,
    r_score,
    f_score,
    m_score,
    CASE
      WHEN (r_score = 5 AND f_score >= 4 AND m_score >= 4)
      OR (r_score = 4 AND f_score = 5 AND m_score >= 4)
      OR (r_score = 4 AND f_score = 4 AND m_score = 5)
      THEN 'champions'
      WHEN (r_score = 5 AND f_score = 4 AND m_score = 3)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 4 AND m_score = 4)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 3 AND m_score = 5)
      OR (r_score = 3 AND f_score >= 4 AND m_score >= 4)
      THEN 'loyal'
      WHEN (r_score >= 3 AND f_score = 5 AND m_score <= 3)
      OR (r_score >= 4 AND f_score >= 3 AND f_score <= 4 AND m_score <= 2)
      OR (r_score >= 4 AND f_score = 3 AND m_score <= 3)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 2 AND m_score = 3)
      OR (r_score = 3 AND f_score = 4 AND m_score <= 2)
      OR (r_score = 3 AND f_score >= 2 AND f_score <= 3 AND m_score = 3)
      THEN 'potential_loyalist'
      WHEN (r_score >= 4 AND f_score = 1 AND m_score <= 2)
      OR (r_score = 4 AND f_score <= 2 AND m_score <= 2)
      OR (r_score = 3 AND f_score = 1 AND m_score = 1)
      THEN 'new_customers'
      WHEN (r_score = 5 AND f_score = 2)
      OR (r_score >= 3 AND f_score = 1 AND m_score >= 3)
      OR (r_score = 4 AND f_score <= 2 AND m_score >= 4)
      THEN 'promising'
      WHEN (r_score = 5 AND f_score = 3 AND m_score >= 4)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 4 AND m_score = 3)
      OR (r_score >= 3 AND r_score <= 4 AND f_score = 3 AND m_score = 4)
      OR (r_score = 3 AND f_score = 2 AND m_score >= 4)
      THEN 'need_attention'
      WHEN (r_score >= 2 AND r_score <= 3 AND f_score >= 2 AND f_score <= 3 AND m_score = 1)
      OR (r_score = 3 AND f_score = 1 AND m_score = 2)
      OR (r_score = 2 AND f_score >= 2 AND m_score = 1)
      OR (r_score = 2 AND f_score = 1 AND m_score = 3)
      THEN 'about_to_sleep'
      WHEN (r_score = 2 AND f_score >= 4 AND m_score >= 2)
      OR (r_score <= 2 AND f_score >= 2 AND f_score <= 3 AND m_score >= 4)
      OR (r_score = 1 AND f_score >= 4 AND m_score >= 2 AND m_score <= 3)
      OR (r_score = 1 AND f_score >= 2 AND f_score <= 4 AND m_score = 5)
      OR (r_score = 1 AND f_score = 3 AND m_score = 3)
      THEN 'at_risk'
      WHEN (r_score <= 2 AND f_score = 1 AND m_score >= 4)
      OR (r_score = 1 AND f_score = 5 AND m_score >= 4)
      OR (r_score = 1 AND f_score = 4 AND m_score = 4)
      OR (r_score = 1 AND f_score = 1 AND m_score = 3)
      THEN 'cannot_lose_them'
      WHEN (r_score <= 3 AND f_score >= 2 AND f_score <= 3 AND m_score = 2)
      OR (r_score = 2 AND f_score >= 2 AND f_score <= 3 AND m_score >= 2 AND m_score <= 3)
      OR (r_score = 2 AND f_score = 1 AND m_score <= 2)
      OR (r_score = 1 AND f_score = 2 AND m_score >= 2 AND m_score <= 3)
      THEN 'hibernating'
      WHEN (r_score = 1 AND m_score = 1) OR (r_score = 1 AND f_score = 1 AND m_score <= 2)
      THEN 'lost'
    END AS segment_id,
    as_of,
    fitted_on
  FROM scoring_1
)
SELECT
  customer_id,
  segment_id,
  CASE
    WHEN segment_id = 'champions'
    THEN 'Champions'
    WHEN segment_id = 'loyal'
    THEN 'Loyal'
    WHEN segment_id = 'potential_loyalist'
    THEN 'Potential Loyalist'
    WHEN segment_id = 'new_customers'
    THEN 'New Customers'
    WHEN segment_id = 'promising'
    THEN 'Promising'
    WHEN segment_id = 'need_attention'
    THEN 'Need Attention'
    WHEN segment_id = 'about_to_sleep'
    THEN 'About To Sleep'
    WHEN segment_id = 'at_risk'
    THEN 'At Risk'
    WHEN segment_id = 'cannot_lose_them'
    THEN 'Cannot Lose Them'
    WHEN segment_id = 'hibernating'
    THEN 'Hibernating'
    WHEN segment_id = 'lost'
    THEN 'Lost'
  END AS segment_name,
  r_score,
  f_score,
  m_score,
  as_of,
  fitted_on AS cut_points_of
FROM scoring_2;

-- 5. Profile: size and share of each segment, and its means.
SELECT
  a.segment_id,
  a.segment_name,
  COUNT(*) AS customers,
  CAST(COUNT(*) AS DOUBLE PRECISION) / SUM(COUNT(*)) OVER () AS customer_share,
  AVG(CAST(f.recency_days AS DOUBLE PRECISION)) AS mean_recency_days,
  AVG(CAST(f.order_frequency AS DOUBLE PRECISION)) AS mean_order_frequency,
  AVG(CAST(f.total_spent AS DOUBLE PRECISION)) AS mean_total_spent
FROM segment_assignments AS a
INNER JOIN segment_features AS f
  ON a.customer_id = f.customer_id
GROUP BY
  a.segment_id,
  a.segment_name
ORDER BY
  customers DESC NULLS LAST,
  a.segment_id;

-- 6. Validation: every customer exactly once, from orders to segments. All rows must say ok.
WITH order_rows AS (
  SELECT
    o.customer_id AS customer_id,
    CAST(o.order_date AS DATE) AS ordered_on,
    CAST(o.order_amount AS DECIMAL(18, 4)) AS amount,
    CASE
      WHEN o.customer_id IS NULL OR TRIM(CAST(o.customer_id AS VARCHAR)) = ''
      THEN 'no customer'
      WHEN CAST(o.order_date AS DATE) IS NULL
      THEN 'no date'
      WHEN o.order_amount IS NULL
      THEN 'no amount'
      WHEN o.order_amount = 0
      THEN 'worth nothing'
    END AS reason
  FROM analytics.customer_orders AS o
), used_rows AS (
  SELECT
    customer_id,
    ordered_on,
    amount,
    CASE WHEN amount < 0 THEN 1 ELSE 0 END AS is_return
  FROM order_rows
  WHERE
    reason IS NULL
)
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
    (SELECT COUNT(*) FROM segment_features) AS found,
    (SELECT COUNT(DISTINCT customer_id) FROM used_rows WHERE is_return = 0) AS wanted
  UNION ALL
  SELECT
    2 AS check_number,
    'cut points are one row' AS check_name,
    (SELECT COUNT(*) FROM segment_cut_points) AS found,
    (SELECT 1) AS wanted
  UNION ALL
  SELECT
    3 AS check_number,
    'cut points were fitted on this table' AS check_name,
    (SELECT COUNT(*) FROM segment_cut_points WHERE fitted_table = 'analytics.customer_orders') AS found,
    (SELECT 1) AS wanted
  UNION ALL
  SELECT
    4 AS check_number,
    'cut points were fitted on these columns' AS check_name,
    (
      SELECT
        COUNT(*)
      FROM segment_cut_points
      WHERE
        fitted_columns = 'customer customer_id, date order_date, amount order_amount'
    ) AS found,
    (SELECT 1) AS wanted
  UNION ALL
  SELECT
    5 AS check_number,
    'cut points were fitted on these metrics' AS check_name,
    (
      SELECT
        COUNT(*)
      FROM segment_cut_points
      WHERE
        fitted_metrics = 'R recency_days, F order_frequency, M total_spent'
    ) AS found,
    (SELECT 1) AS wanted
  UNION ALL
  SELECT
    6 AS check_number,
    'features have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_features) AS found,
    (SELECT COUNT(*) FROM segment_features) AS wanted
  UNION ALL
  SELECT
    7 AS check_number,
    'who has features is assigned' AS check_name,
    (SELECT COUNT(*) FROM segment_assignments) AS found,
    (SELECT COUNT(*) FROM segment_features) AS wanted
  UNION ALL
  SELECT
    8 AS check_number,
    'assignments have each customer once' AS check_name,
    (SELECT COUNT(DISTINCT customer_id) FROM segment_assignments) AS found,
    (SELECT COUNT(*) FROM segment_assignments) AS wanted
  UNION ALL
  SELECT
    9 AS check_number,
    'each has a segment' AS check_name,
    (SELECT COUNT(segment_id) FROM segment_assignments) AS found,
    (SELECT COUNT(*) FROM segment_assignments) AS wanted
) AS checks
ORDER BY
  check_number;

-- 7. Validation: every segment of the scheme with its customers, also those with none.
SELECT
  s.place,
  s.segment_id,
  s.segment_name,
  COUNT(a.customer_id) AS customers
FROM (
  SELECT
    1 AS place,
    'champions' AS segment_id,
    'Champions' AS segment_name
  UNION ALL
  SELECT
    2 AS place,
    'loyal' AS segment_id,
    'Loyal' AS segment_name
  UNION ALL
  SELECT
    3 AS place,
    'potential_loyalist' AS segment_id,
    'Potential Loyalist' AS segment_name
  UNION ALL
  SELECT
    4 AS place,
    'new_customers' AS segment_id,
    'New Customers' AS segment_name
  UNION ALL
  SELECT
    5 AS place,
    'promising' AS segment_id,
    'Promising' AS segment_name
  UNION ALL
  SELECT
    6 AS place,
    'need_attention' AS segment_id,
    'Need Attention' AS segment_name
  UNION ALL
  SELECT
    7 AS place,
    'about_to_sleep' AS segment_id,
    'About To Sleep' AS segment_name
  UNION ALL
  SELECT
    8 AS place,
    'at_risk' AS segment_id,
    'At Risk' AS segment_name
  UNION ALL
  SELECT
    9 AS place,
    'cannot_lose_them' AS segment_id,
    'Cannot Lose Them' AS segment_name
  UNION ALL
  SELECT
    10 AS place,
    'hibernating' AS segment_id,
    'Hibernating' AS segment_name
  UNION ALL
  SELECT
    11 AS place,
    'lost' AS segment_id,
    'Lost' AS segment_name
) AS s
LEFT JOIN segment_assignments AS a
  ON s.segment_id = a.segment_id
GROUP BY
  s.place,
  s.segment_id,
  s.segment_name
ORDER BY
  s.place;
